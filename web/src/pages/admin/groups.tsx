/** Groups: sets of people that other things can refer to. */

import { App, Button, Form, Input, List, Modal, Select, Space } from "antd";
import { type ReactElement, useState } from "react";
import { useStore, useWorkspace } from "../../app-context";
import type { Group, Id, Person } from "../../api/types";
import { useT } from "../../i18n";
import { newId } from "../../ids";
import { Failure } from "../../ui/failure";
import { DataTable } from "./data-table";
import { useDirectory, useOrder } from "./use-directory";

export default function Groups(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const { modal } = App.useApp();
  const { send } = useOrder();
  const { rows, isLoading, failure } = useDirectory<Group>("group-list", { limit: 200 });
  const [naming, setNaming] = useState<Group | "new" | null>(null);
  const [opened, setOpened] = useState<Group | null>(null);
  const mayManage = workspace.may("groups.manage");

  return (
    <>
      {mayManage ? (
        <Space className="admin-tools">
          <Button type="primary" onClick={() => setNaming("new")}>
            {t("groups.add")}
          </Button>
        </Space>
      ) : null}
      {failure === null ? null : <Failure code={failure} />}
      <DataTable<Group>
        label={t("admin.groups")}
        rowKey="id"
        loading={isLoading}
        dataSource={rows}
        locale={{ emptyText: t("groups.none") }}
        columns={[
          { title: t("groups.name"), dataIndex: "name" },
          { title: t("groups.members"), align: "right", render: (_, group) => group.members_count ?? 0 },
          {
            title: <span className="only-heard">{t("admin.actions")}</span>,
            render: (_, group) => (
              <Space wrap>
                <Button size="small" onClick={() => setOpened(group)}>
                  {t("groups.showMembers")}
                </Button>
                {mayManage ? (
                  <>
                    <Button size="small" onClick={() => setNaming(group)}>
                      {t("rename")}
                    </Button>
                    <Button
                      size="small"
                      danger
                      onClick={() =>
                        modal.confirm({
                          title: t("groups.deleteTitle", { name: group.name }),
                          content: t("groups.deleteText"),
                          okText: t("delete"),
                          okButtonProps: { danger: true },
                          cancelText: t("cancel"),
                          onOk: () => send({ verb: "delete-group", command: { group_id: group.id } }),
                        })
                      }
                    >
                      {t("delete")}
                    </Button>
                  </>
                ) : null}
              </Space>
            ),
          },
        ]}
      />
      {naming === null ? null : <GroupName group={naming === "new" ? null : naming} onClose={() => setNaming(null)} />}
      {opened === null ? null : <GroupMembers group={opened} mayManage={mayManage} onClose={() => setOpened(null)} />}
    </>
  );
}

function GroupName({ group, onClose }: { group: Group | null; onClose(): void }): ReactElement {
  const t = useT();
  const { send, isBusy } = useOrder();
  const [form] = Form.useForm<{ name: string }>();
  return (
    <Modal open title={group === null ? t("groups.add") : t("rename")} okText={t("save")} cancelText={t("cancel")} confirmLoading={isBusy} onCancel={onClose} onOk={() => form.submit()}>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ name: group?.name }}
        onFinish={({ name }: { name: string }) =>
          void send(
            group === null
              ? { verb: "create-group", command: { group_id: newId(), name } }
              : { verb: "rename-group", command: { group_id: group.id, name } },
          ).then((done) => done !== null && onClose())
        }
      >
        <Form.Item name="name" label={t("groups.name")} rules={[{ required: true }]}>
          <Input maxLength={80} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function GroupMembers({ group, mayManage, onClose }: { group: Group; mayManage: boolean; onClose(): void }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const { send, isBusy } = useOrder();
  const { rows, isLoading } = useDirectory<Person>("group-members", { group_id: group.id, limit: 200 });
  const people = useStore(workspace.roster.people);
  const [chosen, setChosen] = useState<Id[]>([]);
  const members = new Set(rows.map((person) => person.id));
  return (
    <Modal open title={t("groups.membersOf", { name: group.name })} footer={null} onCancel={onClose}>
      {mayManage ? (
        <Space.Compact block className="admin-tools">
          <Select
            mode="multiple"
            aria-label={t("groups.addPeople")}
            placeholder={t("groups.addPeople")}
            value={chosen}
            onChange={setChosen}
            showSearch={{ filterOption: false, onSearch: (text) => void workspace.roster.search(text).catch(() => undefined) }}
            options={[...people.values()]
              .filter((person) => !members.has(person.id))
              .slice(0, 50)
              .map((person) => ({ value: person.id, label: person.name }))}
            className="grow"
          />
          <Button
            type="primary"
            disabled={chosen.length === 0}
            loading={isBusy}
            onClick={() => void send({ verb: "add-group-members", command: { group_id: group.id, people: chosen } }).then(() => setChosen([]))}
          >
            {t("add")}
          </Button>
        </Space.Compact>
      ) : null}
      <List<Person>
        loading={isLoading}
        dataSource={rows}
        locale={{ emptyText: t("groups.noMembers") }}
        renderItem={(person) => (
          <List.Item
            actions={
              mayManage
                ? [
                    <Button
                      key="remove"
                      size="small"
                      aria-label={t("members.remove", { name: person.name })}
                      onClick={() => void send({ verb: "remove-group-members", command: { group_id: group.id, people: [person.id] } })}
                    >
                      {t("remove")}
                    </Button>,
                  ]
                : []
            }
          >
            {person.name}
          </List.Item>
        )}
      />
    </Modal>
  );
}
