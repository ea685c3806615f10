/** Invitations: make one, copy its link, revoke it. */

import { Alert, Button, Form, Input, InputNumber, Modal, Select, Space, Typography } from "antd";
import { type ReactElement, useState } from "react";
import { useWorkspace } from "../../app-context";
import type { Invitation, Role } from "../../api/types";
import { type Key, dateTimeText, useT } from "../../i18n";
import { newId } from "../../ids";
import { Failure } from "../../ui/failure";
import { StatusWord, type StatusTone } from "./status-word";
import { useRoleName } from "./role-names";
import { DataTable } from "./data-table";
import { useDirectory, useOrder } from "./use-directory";

const STATUS: Record<Invitation["status"], { word: Key; tone: StatusTone }> = {
  open: { word: "invitations.open", tone: "warn" },
  accepted: { word: "invitations.accepted", tone: "good" },
  revoked: { word: "invitations.revoked", tone: "plain" },
  expired: { word: "invitations.expired", tone: "bad" },
};

export default function Invitations(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const roleName = useRoleName();
  const { send } = useOrder();
  const { rows, isLoading, failure } = useDirectory<Invitation>("invitation-list", { limit: 200 });
  const [isInviting, setInviting] = useState(false);
  const [link, setLink] = useState<string | null>(null);
  const mayManage = workspace.may("people.manage");

  return (
    <>
      {mayManage ? (
        <Space className="admin-tools">
          <Button type="primary" onClick={() => setInviting(true)}>
            {t("invitations.add")}
          </Button>
        </Space>
      ) : null}
      {failure === null ? null : <Failure code={failure} />}
      {link === null ? null : (
        <Alert
          type="success"
          closable
          onClose={() => setLink(null)}
          title={t("invitations.link")}
          description={
            <Typography.Text copyable code className="invitation-link">
              {link}
            </Typography.Text>
          }
          className="admin-tools"
        />
      )}
      <DataTable<Invitation>
        label={t("admin.invitations")}
        rowKey="id"
        loading={isLoading}
        dataSource={rows}
        locale={{ emptyText: t("invitations.none") }}
        columns={[
          { title: t("people.email"), render: (_, row) => row.email ?? t("invitations.anyone") },
          { title: t("people.role"), render: (_, row) => roleName(row.role) },
          { title: t("invitations.made"), render: (_, row) => dateTimeText(row.made_at) },
          { title: t("invitations.until"), render: (_, row) => dateTimeText(row.expires_at) },
          { title: t("people.status"), render: (_, row) => <StatusWord tone={STATUS[row.status].tone} word={t(STATUS[row.status].word)} /> },
          {
            title: <span className="only-heard">{t("admin.actions")}</span>,
            render: (_, row) =>
              row.status === "open" && mayManage ? (
                <Button size="small" danger onClick={() => void send({ verb: "revoke-invitation", command: { invitation_id: row.id } })}>
                  {t("invitations.revoke")}
                </Button>
              ) : null,
          },
        ]}
      />
      {isInviting ? (
        <InviteForm
          onClose={() => setInviting(false)}
          onMade={(code) => {
            setInviting(false);
            setLink(code === null ? null : `${location.origin}/invitation/${encodeURIComponent(code)}`);
          }}
        />
      ) : null}
    </>
  );
}

interface Values {
  email?: string;
  role: string;
  hours: number;
}

function InviteForm({ onClose, onMade }: { onClose(): void; onMade(code: string | null): void }): ReactElement {
  const t = useT();
  const roleName = useRoleName();
  const { send, isBusy } = useOrder();
  const roles = useDirectory<Role>("role-list").rows;
  const [form] = Form.useForm<Values>();
  return (
    <Modal open title={t("invitations.add")} okText={t("invitations.make")} cancelText={t("cancel")} confirmLoading={isBusy} onCancel={onClose} onOk={() => form.submit()}>
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{ role: "member", hours: 168 }}
        onFinish={(values) =>
          void send({
            verb: "invite",
            command: {
              invitation_id: newId(),
              role: values.role,
              expires_in_hours: values.hours,
              ...(values.email ? { email: values.email } : {}),
            },
          }).then((answer) => {
            if (answer !== null) {
              const code = answer["code"] ?? answer["invitation_code"];
              onMade(typeof code === "string" ? code : null);
            }
          })
        }
      >
        <Form.Item name="email" label={t("invitations.email")} rules={[{ type: "email" }]}>
          <Input maxLength={200} autoFocus />
        </Form.Item>
        <Form.Item name="role" label={t("people.role")}>
          <Select options={roles.filter((role) => role.role !== "owner").map((role) => ({ value: role.role, label: roleName(role.role) }))} />
        </Form.Item>
        <Form.Item name="hours" label={t("invitations.hours")}>
          <InputNumber min={1} max={720} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
