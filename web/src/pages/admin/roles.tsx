/** Roles: named sets of permissions. */

import { App, Button, Checkbox, Form, Input, Modal, Space } from "antd";
import { type ReactElement, useState } from "react";
import { useWorkspace } from "../../app-context";
import { PERMISSIONS, type Permission, type Role } from "../../api/types";
import { useT } from "../../i18n";
import { Failure } from "../../ui/failure";
import { useRoleName } from "./role-names";
import { DataTable } from "./data-table";
import { useDirectory, useOrder } from "./use-directory";

export default function Roles(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const { modal } = App.useApp();
  const roleName = useRoleName();
  const { send } = useOrder();
  const { rows, isLoading, failure } = useDirectory<Role>("role-list");
  const [editing, setEditing] = useState<Role | "new" | null>(null);
  const mayManage = workspace.may("roles.manage");

  return (
    <>
      {mayManage ? (
        <Space className="admin-tools">
          <Button type="primary" onClick={() => setEditing("new")}>
            {t("roles.add")}
          </Button>
        </Space>
      ) : null}
      {failure === null ? null : <Failure code={failure} />}
      <DataTable<Role>
        label={t("admin.roles")}
        rowKey="role"
        loading={isLoading}
        dataSource={rows}
        columns={[
          {
            title: t("roles.name"),
            render: (_, role) => (
              <>
                {roleName(role.role)} {role.built_in ? <span className="quiet small">{t("roles.builtIn")}</span> : null}
              </>
            ),
          },
          {
            title: t("roles.permissions"),
            render: (_, role) => (
              <Space size={[4, 4]} wrap>
                {role.permissions.map((permission) => (
                  <span key={permission} className="permission">
                    {t(`permission.${permission as Permission}`)}
                  </span>
                ))}
              </Space>
            ),
          },
          { title: t("roles.people"), align: "right", render: (_, role) => role.people_count },
          {
            title: <span className="only-heard">{t("admin.actions")}</span>,
            render: (_, role) =>
              role.built_in || !mayManage ? null : (
                <Space>
                  <Button size="small" onClick={() => setEditing(role)}>
                    {t("edit")}
                  </Button>
                  <Button
                    size="small"
                    danger
                    disabled={role.people_count > 0}
                    onClick={() =>
                      modal.confirm({
                        title: t("roles.deleteTitle", { name: role.role }),
                        okText: t("delete"),
                        okButtonProps: { danger: true },
                        cancelText: t("cancel"),
                        onOk: () => send({ verb: "delete-role", command: { role: role.role } }),
                      })
                    }
                  >
                    {t("delete")}
                  </Button>
                </Space>
              ),
          },
        ]}
      />
      {editing === null ? null : <RoleForm role={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
    </>
  );
}

function RoleForm({ role, onClose }: { role: Role | null; onClose(): void }): ReactElement {
  const t = useT();
  const { send, isBusy } = useOrder();
  const [form] = Form.useForm<{ role: string; permissions: string[] }>();
  return (
    <Modal open title={role === null ? t("roles.add") : t("roles.edit", { name: role.role })} okText={t("save")} cancelText={t("cancel")} confirmLoading={isBusy} onCancel={onClose} onOk={() => form.submit()}>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ role: role?.role, permissions: role?.permissions ?? ["messages.send"] }}
        onFinish={(values: { role: string; permissions: string[] }) =>
          void send({ verb: "define-role", command: { role: values.role.trim().toLowerCase(), permissions: values.permissions } }).then(
            (done) => done !== null && onClose(),
          )
        }
      >
        <Form.Item name="role" label={t("roles.name")} rules={[{ required: true }]}>
          <Input maxLength={40} disabled={role !== null} />
        </Form.Item>
        <Form.Item name="permissions" label={t("roles.permissions")}>
          <Checkbox.Group
            className="permission-list"
            options={PERMISSIONS.map((permission) => ({ value: permission, label: t(`permission.${permission}`) }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
