/** Accounts of the installation, for operators. */

import { useQuery } from "@tanstack/react-query";
import { App, Button, Form, Input, Modal, Space, Switch } from "antd";
import { type ReactElement, useState } from "react";
import { useApp } from "../../app-context";
import type { AccountRow, Page } from "../../api/types";
import { useT } from "../../i18n";
import { newId } from "../../ids";
import { Failure, codeOf } from "../../ui/failure";
import { StatusWord } from "./status-word";
import { DataTable } from "./data-table";
import { minSeq, useOrder } from "./use-directory";

export default function Accounts(): ReactElement {
  const t = useT();
  const { transport, sessions } = useApp();
  const { modal } = App.useApp();
  const { send } = useOrder();
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const cursor = cursors.at(-1) ?? null;
  const { data, isLoading, error } = useQuery({
    queryKey: ["account-list", cursor],
    queryFn: () => transport.query<Page<AccountRow>>("/api/installation/account-list", { limit: 50, cursor, min_seq: minSeq("installation", null) }),
    placeholderData: (before) => before,
  });
  const [isAdding, setAdding] = useState(false);
  const [resetting, setResetting] = useState<AccountRow | null>(null);
  const me = sessions.get()?.account.id;
  const order = (verb: string, command: Record<string, unknown>): Promise<unknown> => send({ module: "installation", verb, command });

  return (
    <>
      <Space className="admin-tools">
        <Button type="primary" onClick={() => setAdding(true)}>
          {t("accounts.add")}
        </Button>
      </Space>
      {error ? <Failure code={codeOf(error)} /> : null}
      <DataTable<AccountRow>
        label={t("admin.accounts")}
        rowKey="id"
        loading={isLoading}
        dataSource={data?.items ?? []}
        locale={{ emptyText: t("accounts.none") }}
        columns={[
          {
            title: t("people.name"),
            render: (_, account) => (
              <>
                <strong>{account.name}</strong>
                <div className="quiet small">{account.user}</div>
              </>
            ),
          },
          {
            title: t("accounts.operator"),
            render: (_, account) => (
              <Switch
                aria-label={t("accounts.operatorOf", { name: account.name })}
                checked={account.operator}
                disabled={account.id === me || account.status !== "active"}
                onChange={(operator) => void order("set-operator", { account_id: account.id, operator })}
              />
            ),
          },
          {
            title: t("people.status"),
            render: (_, account) =>
              account.status === "active" ? (
                <StatusWord tone="good" word={t("people.active")} />
              ) : (
                <StatusWord tone="bad" word={t("people.deactivated")} />
              ),
          },
          {
            title: <span className="only-heard">{t("admin.actions")}</span>,
            render: (_, account) => (
              <Space wrap>
                <Button size="small" onClick={() => setResetting(account)}>
                  {t("accounts.setPassword")}
                </Button>
                <Button size="small" onClick={() => void order("end-sessions", { account_id: account.id })}>
                  {t("accounts.endSessions")}
                </Button>
                {account.id === me ? null : account.status === "active" ? (
                  <Button
                    size="small"
                    danger
                    onClick={() =>
                      modal.confirm({
                        title: t("accounts.deactivateTitle", { name: account.name }),
                        content: t("accounts.deactivateText"),
                        okText: t("people.deactivate"),
                        okButtonProps: { danger: true },
                        cancelText: t("cancel"),
                        onOk: () => order("deactivate-account", { account_id: account.id }),
                      })
                    }
                  >
                    {t("people.deactivate")}
                  </Button>
                ) : (
                  <Button size="small" onClick={() => void order("reactivate-account", { account_id: account.id })}>
                    {t("people.reactivate")}
                  </Button>
                )}
              </Space>
            ),
          },
        ]}
      />
      <Space className="admin-pages">
        <Button disabled={cursors.length === 1} onClick={() => setCursors((before) => before.slice(0, -1))}>
          {t("admin.previous")}
        </Button>
        <Button disabled={!data?.next} onClick={() => setCursors((before) => [...before, data?.next ?? null])}>
          {t("admin.next")}
        </Button>
      </Space>
      {isAdding ? <AccountForm onClose={() => setAdding(false)} /> : null}
      {resetting === null ? null : <PasswordForm account={resetting} onClose={() => setResetting(null)} />}
    </>
  );
}

function AccountForm({ onClose }: { onClose(): void }): ReactElement {
  const t = useT();
  const { send, isBusy } = useOrder();
  const [form] = Form.useForm<{ user: string; name: string; password: string }>();
  return (
    <Modal open title={t("accounts.add")} okText={t("save")} cancelText={t("cancel")} confirmLoading={isBusy} onCancel={onClose} onOk={() => form.submit()}>
      <Form
        form={form}
        layout="vertical"
        onFinish={(values: { user: string; name: string; password: string }) =>
          void send({ module: "installation", verb: "create-account", command: { account_id: newId(), ...values } }).then(
            (done) => done !== null && onClose(),
          )
        }
      >
        <Form.Item name="name" label={t("people.name")} rules={[{ required: true }]}>
          <Input maxLength={120} autoFocus />
        </Form.Item>
        <Form.Item name="user" label={t("signIn.user")} rules={[{ required: true }]}>
          <Input maxLength={64} autoComplete="off" />
        </Form.Item>
        <Form.Item name="password" label={t("signIn.password")} rules={[{ required: true, min: 10 }]} extra={t("account.passwordRule")}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function PasswordForm({ account, onClose }: { account: AccountRow; onClose(): void }): ReactElement {
  const t = useT();
  const { send, isBusy } = useOrder();
  const [form] = Form.useForm<{ password: string }>();
  return (
    <Modal open title={t("accounts.setPasswordOf", { name: account.name })} okText={t("save")} cancelText={t("cancel")} confirmLoading={isBusy} onCancel={onClose} onOk={() => form.submit()}>
      <Form
        form={form}
        layout="vertical"
        onFinish={({ password }: { password: string }) =>
          void send({ module: "installation", verb: "set-password", command: { account_id: account.id, password } }).then(
            (done) => done !== null && onClose(),
          )
        }
      >
        <Form.Item name="password" label={t("account.newPassword")} rules={[{ required: true, min: 10 }]} extra={t("account.passwordRule")}>
          <Input.Password autoComplete="new-password" autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}
