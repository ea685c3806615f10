/** People: find, add, change, give a role, shut out, put into quarantine. */

import { App, Button, Form, Input, Modal, Select, Space, TreeSelect } from "antd";
import { type ReactElement, useDeferredValue, useState } from "react";
import { useWorkspace } from "../../app-context";
import type { Department, Person, Role } from "../../api/types";
import { useT } from "../../i18n";
import { newId } from "../../ids";
import { Failure } from "../../ui/failure";
import { treeOf } from "./departments";
import { PersonStanding, type QuarantineDeed, QuarantineForm } from "./quarantine";
import { useRoleName } from "./role-names";
import { DataTable } from "./data-table";
import { useDirectory, useOrder } from "./use-directory";

const PER_PAGE = 50;

export default function People(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const { modal } = App.useApp();
  const { send } = useOrder();
  const roleName = useRoleName();
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search.trim());
  const [status, setStatus] = useState("active");
  const [department, setDepartment] = useState<string | undefined>();
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const [editing, setEditing] = useState<Person | "new" | null>(null);
  const [deed, setDeed] = useState<QuarantineDeed | null>(null);
  const filters = { search: wanted, status, department };
  const key = JSON.stringify(filters);
  const [keyOfCursors, setKeyOfCursors] = useState(key);
  if (key !== keyOfCursors) {
    setKeyOfCursors(key);
    setCursors([null]);
  }
  const { rows, next, isLoading, failure } = useDirectory<Person>("person-list", {
    ...filters,
    limit: PER_PAGE,
    cursor: cursors.at(-1) ?? null,
  });
  const departments = useDirectory<Department>("department-list").rows;
  const roles = useDirectory<Role>("role-list").rows;
  const departmentName = new Map(departments.map((row) => [row.id, row.name]));
  const mayManage = workspace.may("people.manage");
  const mayProtect = workspace.may("protection.manage");

  const deactivate = (person: Person): void => {
    modal.confirm({
      title: t("people.deactivateTitle", { name: person.name }),
      content: t("people.deactivateText"),
      okText: t("people.deactivate"),
      okButtonProps: { danger: true },
      cancelText: t("cancel"),
      onOk: () => send({ verb: "deactivate-person", command: { person_id: person.id } }),
    });
  };

  return (
    <>
      <Space wrap className="admin-tools">
        <Input.Search
          allowClear
          placeholder={t("people.search")}
          aria-label={t("people.search")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Select
          aria-label={t("people.status")}
          value={status}
          onChange={setStatus}
          options={(["active", "quarantined", "deactivated", "all"] as const).map((value) => ({ value, label: t(`people.${value}`) }))}
        />
        <TreeSelect
          aria-label={t("people.department")}
          allowClear
          placeholder={t("people.anyDepartment")}
          value={department}
          onChange={(value: string | undefined) => setDepartment(value)}
          treeData={treeOf(departments, null)}
          treeDefaultExpandAll
          className="admin-department"
        />
        {mayManage ? (
          <Button type="primary" onClick={() => setEditing("new")}>
            {t("people.add")}
          </Button>
        ) : null}
      </Space>
      {failure === null ? null : <Failure code={failure} />}
      <DataTable<Person>
        label={t("admin.people")}
        rowKey="id"
        loading={isLoading}
        dataSource={rows}
        locale={{ emptyText: t(wanted === "" ? "people.none" : "people.noMatch") }}
        columns={[
          {
            title: t("people.name"),
            render: (_, person) => (
              <>
                <strong>{person.name}</strong>
                <div className="quiet small">
                  @{person.handle}
                  {person.email ? ` · ${person.email}` : ""}
                </div>
              </>
            ),
          },
          { title: t("people.jobTitle"), render: (_, person) => person.title ?? "" },
          {
            title: t("people.departments"),
            render: (_, person) => (person.departments ?? []).map((id) => departmentName.get(id) ?? "").join(", "),
          },
          {
            title: t("people.role"),
            render: (_, person) =>
              workspace.may("roles.manage") && person.status !== "deactivated" ? (
                <Select
                  size="small"
                  aria-label={t("people.roleOf", { name: person.name })}
                  className="admin-role"
                  value={person.role}
                  options={roles.map((role) => ({ value: role.role, label: roleName(role.role) }))}
                  onChange={(role: string) => void send({ verb: "assign-role", command: { person_id: person.id, role } })}
                />
              ) : (
                roleName(person.role ?? "")
              ),
          },
          {
            title: t("people.status"),
            render: (_, person) => <PersonStanding person={person} />,
          },
          {
            title: <span className="only-heard">{t("admin.actions")}</span>,
            render: (_, person) =>
              mayManage || mayProtect ? (
                <Space wrap>
                  {mayManage ? (
                    <Button size="small" onClick={() => setEditing(person)}>
                      {t("edit")}
                    </Button>
                  ) : null}
                  {!mayManage || person.id === workspace.me ? null : person.status === "deactivated" ? (
                    <Button
                      size="small"
                      disabled={person.quarantine !== undefined}
                      onClick={() => void send({ verb: "reactivate-person", command: { person_id: person.id } })}
                    >
                      {t("people.reactivate")}
                    </Button>
                  ) : (
                    <Button size="small" danger onClick={() => deactivate(person)}>
                      {t("people.deactivate")}
                    </Button>
                  )}
                  {!mayProtect || person.id === workspace.me ? null : person.quarantine !== undefined ? (
                    <Button size="small" onClick={() => setDeed({ person, kind: "release" })}>
                      {t("people.release")}
                    </Button>
                  ) : (
                    <Button size="small" danger onClick={() => setDeed({ person, kind: "quarantine" })}>
                      {t("people.quarantine")}
                    </Button>
                  )}
                </Space>
              ) : null,
          },
        ]}
      />
      <Space className="admin-pages">
        <Button disabled={cursors.length === 1} onClick={() => setCursors((before) => before.slice(0, -1))}>
          {t("admin.previous")}
        </Button>
        <Button disabled={next === null} onClick={() => setCursors((before) => [...before, next])}>
          {t("admin.next")}
        </Button>
      </Space>
      {editing === null ? null : (
        <PersonForm person={editing === "new" ? null : editing} departments={departments} roles={roles} onClose={() => setEditing(null)} />
      )}
      {deed === null ? null : <QuarantineForm deed={deed} onClose={() => setDeed(null)} />}
    </>
  );
}

interface FormValues {
  name: string;
  handle: string;
  email?: string;
  title?: string;
  departments?: string[];
  role?: string;
}

function PersonForm({ person, departments, roles, onClose }: { person: Person | null; departments: Department[]; roles: Role[]; onClose(): void }): ReactElement {
  const t = useT();
  const roleName = useRoleName();
  const { send, isBusy } = useOrder();
  const [form] = Form.useForm<FormValues>();

  const save = async (values: FormValues): Promise<void> => {
    const { departments: chosen, role, ...profile } = values;
    const filled = Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined && value !== ""));
    if (person === null) {
      const added = await send({
        verb: "add-person",
        command: { person_id: newId(), ...filled, departments: chosen ?? [], ...(role ? { role } : {}) },
      });
      if (added !== null) {
        onClose();
      }
      return;
    }
    const updated = await send({ verb: "update-person", command: { person_id: person.id, ...filled } });
    const isMoved = (chosen ?? []).join() !== (person.departments ?? []).join();
    if (updated !== null && isMoved) {
      await send({ verb: "assign-department", command: { person_id: person.id, departments: chosen ?? [] } });
    }
    if (updated !== null) {
      onClose();
    }
  };

  return (
    <Modal
      open
      title={person === null ? t("people.add") : t("people.edit", { name: person.name })}
      okText={t("save")}
      cancelText={t("cancel")}
      confirmLoading={isBusy}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <Form<FormValues>
        form={form}
        layout="vertical"
        initialValues={{
          name: person?.name,
          handle: person?.handle,
          email: person?.email ?? undefined,
          title: person?.title ?? undefined,
          departments: person?.departments ?? [],
          role: person?.role ?? "member",
        }}
        onFinish={(values) => void save(values)}
      >
        <Form.Item name="name" label={t("people.name")} rules={[{ required: true }]}>
          <Input maxLength={120} autoFocus />
        </Form.Item>
        <Form.Item name="handle" label={t("people.handle")} rules={[{ required: true, pattern: /^[\p{L}\p{N}._-]+$/u, message: t("people.handleRule") }]}>
          <Input maxLength={40} prefix="@" />
        </Form.Item>
        <Form.Item name="email" label={t("people.email")} rules={[{ type: "email" }]}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="title" label={t("people.jobTitle")}>
          <Input maxLength={120} />
        </Form.Item>
        <Form.Item name="departments" label={t("people.departments")}>
          <TreeSelect multiple treeDefaultExpandAll treeData={treeOf(departments, null)} />
        </Form.Item>
        {person === null ? (
          <Form.Item name="role" label={t("people.role")}>
            <Select options={roles.map((role) => ({ value: role.role, label: roleName(role.role) }))} />
          </Form.Item>
        ) : null}
      </Form>
    </Modal>
  );
}
