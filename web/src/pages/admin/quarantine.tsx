/** Quarantine of a person: putting there, releasing, and how it is shown. */

import { Form, Input, Modal } from "antd";
import type { ReactElement } from "react";
import type { Person } from "../../api/types";
import { dateTimeText, useT } from "../../i18n";
import { StatusWord } from "./status-word";
import { useOrder } from "./use-directory";

/** The longest reason and note the sites take. */
const TEXT_MAX = 500;

/** Whether a person takes part, with why and since when it is in quarantine. */
export function PersonStanding({ person }: { person: Person }): ReactElement {
  const t = useT();
  const { quarantine } = person;
  const isConfined = person.status === "quarantined" || quarantine !== undefined;
  return (
    <>
      {person.status === "deactivated" ? <StatusWord tone="bad" word={t("people.deactivated")} /> : null}
      {isConfined ? <StatusWord tone="bad" word={t("people.quarantined")} /> : null}
      {quarantine === undefined ? null : (
        <div className="quiet small">
          {quarantine.reason}
          <br />
          {t("people.quarantinedBy", {
            who: quarantine.by === null ? t("people.bySite") : (quarantine.by_name ?? ""),
            when: dateTimeText(quarantine.since),
          })}
        </div>
      )}
      {person.status !== "deactivated" && !isConfined ? <StatusWord tone="good" word={t("people.active")} /> : null}
    </>
  );
}

export interface QuarantineDeed {
  person: Person;
  kind: "quarantine" | "release";
}

/** Asks for the reason or the note, and does it. */
export function QuarantineForm({ deed, onClose }: { deed: QuarantineDeed; onClose(): void }): ReactElement {
  const t = useT();
  const { send, isBusy } = useOrder();
  const [form] = Form.useForm<{ text: string }>();
  const { person, kind } = deed;
  const isRelease = kind === "release";

  const save = async ({ text }: { text: string }): Promise<void> => {
    const done = await send(
      isRelease
        ? { verb: "release-person", command: { person_id: person.id, note: text } }
        : { verb: "quarantine-person", command: { person_id: person.id, reason: text } },
    );
    if (done !== null) {
      onClose();
    }
  };

  return (
    <Modal
      open
      title={t(isRelease ? "people.releaseTitle" : "people.quarantineTitle", { name: person.name })}
      okText={t(isRelease ? "people.releaseNow" : "people.quarantineNow")}
      okButtonProps={{ danger: !isRelease }}
      cancelText={t("cancel")}
      confirmLoading={isBusy}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <p>{t(isRelease ? "people.releaseText" : "people.quarantineText")}</p>
      <Form<{ text: string }> form={form} layout="vertical" onFinish={(values) => void save(values)}>
        <Form.Item
          name="text"
          label={t(isRelease ? "people.releaseNote" : "people.quarantineReason")}
          rules={[{ required: true, whitespace: true, message: t("people.quarantineNeeds") }]}
        >
          <Input maxLength={TEXT_MAX} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}
