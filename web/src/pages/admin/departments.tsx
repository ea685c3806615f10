/** Departments as a tree: make, rename, move, delete. */

import { App, Button, Empty, Form, Input, Modal, Space, Tree, TreeSelect } from "antd";
import { type ReactElement, useState } from "react";
import { useWorkspace } from "../../app-context";
import type { Department, Id } from "../../api/types";
import { useT } from "../../i18n";
import { newId } from "../../ids";
import { Failure } from "../../ui/failure";
import { useDirectory, useOrder } from "./use-directory";

export interface DepartmentNode {
  key: Id;
  value: Id;
  title: string;
  children: DepartmentNode[];
}

/** The departments below one, as a tree; `without` is left out with everything below it. */
export function treeOf(departments: readonly Department[], parent: Id | null, without?: Id): DepartmentNode[] {
  return departments
    .filter((department) => (department.parent ?? null) === parent && department.id !== without)
    .map((department) => ({
      key: department.id,
      value: department.id,
      title: department.name,
      children: treeOf(departments, department.id, without),
    }));
}

export default function Departments(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const { modal } = App.useApp();
  const { send } = useOrder();
  const { rows, failure, isLoading } = useDirectory<Department>("department-list");
  const [chosen, setChosen] = useState<Id | null>(null);
  const [form, setForm] = useState<"create" | "rename" | "move" | null>(null);
  const department = rows.find((row) => row.id === chosen) ?? null;
  const counts = new Map(rows.map((row) => [row.id, row.people_count ?? 0]));
  const mayManage = workspace.may("people.manage");

  const remove = (): void => {
    if (department === null) {
      return;
    }
    modal.confirm({
      title: t("departments.deleteTitle", { name: department.name }),
      content: t("departments.deleteText"),
      okText: t("delete"),
      okButtonProps: { danger: true },
      cancelText: t("cancel"),
      onOk: () => send({ verb: "delete-department", command: { department_id: department.id } }),
    });
  };

  return (
    <>
      {mayManage ? (
        <Space wrap className="admin-tools">
          <Button type="primary" onClick={() => setForm("create")}>
            {department === null ? t("departments.add") : t("departments.addBelow", { name: department.name })}
          </Button>
          <Button disabled={department === null} onClick={() => setForm("rename")}>
            {t("rename")}
          </Button>
          <Button disabled={department === null} onClick={() => setForm("move")}>
            {t("departments.move")}
          </Button>
          <Button danger disabled={department === null} onClick={remove}>
            {t("delete")}
          </Button>
        </Space>
      ) : null}
      {failure === null ? null : <Failure code={failure} />}
      {rows.length === 0 && !isLoading ? (
        <Empty description={t("departments.none")} />
      ) : (
        <Tree<DepartmentNode>
          key={rows.length}
          defaultExpandAll
          blockNode
          selectedKeys={chosen === null ? [] : [chosen]}
          onSelect={(keys) => setChosen((keys[0] as Id | undefined) ?? null)}
          treeData={treeOf(rows, null)}
          titleRender={(node) => (
            <>
              {node.title} <span className="quiet small">{t("departments.people", { count: counts.get(node.key) ?? 0 })}</span>
            </>
          )}
        />
      )}
      {form === null ? null : (
        <DepartmentForm
          kind={form}
          department={department}
          all={rows}
          onClose={() => setForm(null)}
          onSave={async (values) => {
            const done =
              form === "create"
                ? await send({
                    verb: "create-department",
                    command: { department_id: newId(), name: values.name, ...(chosen ? { parent: chosen } : {}) },
                  })
                : form === "rename"
                  ? await send({ verb: "rename-department", command: { department_id: chosen, name: values.name } })
                  : await send({
                      verb: "move-department",
                      command: { department_id: chosen, ...(values.parent ? { parent: values.parent } : {}) },
                    });
            if (done !== null) {
              setForm(null);
            }
          }}
        />
      )}
    </>
  );
}

interface Values {
  name?: string;
  parent?: Id;
}

interface FormProps {
  kind: "create" | "rename" | "move";
  department: Department | null;
  all: readonly Department[];
  onClose(): void;
  onSave(values: Values): Promise<void>;
}

function DepartmentForm({ kind, department, all, onClose, onSave }: FormProps): ReactElement {
  const t = useT();
  const [form] = Form.useForm<Values>();
  const titles = { create: t("departments.add"), rename: t("rename"), move: t("departments.move") };
  return (
    <Modal open title={titles[kind]} okText={t("save")} cancelText={t("cancel")} onCancel={onClose} onOk={() => form.submit()}>
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={kind === "rename" ? { name: department?.name } : { parent: department?.parent ?? undefined }}
        onFinish={(values) => void onSave(values)}
      >
        {kind === "move" ? (
          <Form.Item name="parent" label={t("departments.parent")}>
            <TreeSelect allowClear treeDefaultExpandAll placeholder={t("departments.top")} treeData={treeOf(all, null, department?.id)} />
          </Form.Item>
        ) : (
          <Form.Item name="name" label={t("departments.name")} rules={[{ required: true }]}>
            <Input maxLength={120} autoFocus />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
