/** Picking an emoji: few enough to find one, with words to search by. */

import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from "react";
import { useT } from "../../i18n";

const EMOJI: [string, string][] = [
  ["👍", "thumb up yes ok setuju 好 讚"], ["👎", "thumb down no tidak 不"], ["❤️", "heart love cinta 爱 愛"], ["😂", "laugh tertawa 笑"],
  ["🎉", "party selamat 庆祝 慶祝"], ["👀", "eyes look lihat 看"], ["🙏", "thanks please terima kasih 谢谢 謝謝"], ["✅", "done check selesai 完成"],
  ["❌", "cross wrong salah 错 錯"], ["🔥", "fire api 火"], ["💯", "hundred seratus 满分 滿分"], ["🚀", "rocket launch roket 火箭"],
  ["😀", "smile senyum 微笑"], ["😄", "happy senang 开心 開心"], ["😉", "wink kedip 眨眼"], ["😊", "blush malu 害羞"], ["😍", "love eyes suka 喜欢 喜歡"],
  ["😎", "cool keren 酷"], ["🤔", "think pikir 思考"], ["😅", "sweat keringat 汗"], ["😢", "sad cry sedih 哭"], ["😭", "sob menangis 大哭"],
  ["😡", "angry marah 生气 生氣"], ["😱", "scream kaget 惊 驚"], ["😴", "sleep tidur 睡"], ["🤝", "handshake deal sepakat 握手"],
  ["👏", "clap tepuk 鼓掌"], ["💪", "strong kuat 加油"], ["🙌", "hooray hore 万岁 萬歲"], ["👋", "wave halo 你好"], ["🤷", "shrug entah 不知道"],
  ["🫡", "salute hormat 敬礼 敬禮"], ["⏳", "wait tunggu 等"], ["⏰", "alarm jam 闹钟 鬧鐘"], ["📌", "pin sematkan 图钉 圖釘"], ["📎", "clip klip 附件"],
  ["📅", "calendar kalender 日历 日曆"], ["📈", "up naik 上涨 上漲"], ["📉", "down turun 下跌"], ["💡", "idea ide 想法"], ["🔒", "lock kunci 锁 鎖"],
  ["🛟", "lifebuoy sekoci pelampung 救生圈"], ["⚠️", "warning awas 警告"], ["🚨", "alert darurat 警报 警報"], ["🛠️", "tools alat 工具"], ["🐛", "bug serangga 虫 蟲"],
  ["☕", "coffee kopi 咖啡"], ["🍜", "noodles mi 面 麵"], ["🍚", "rice nasi 饭 飯"], ["🎂", "cake ulang tahun 生日"], ["🌧️", "rain hujan 雨"], ["☀️", "sun matahari 太阳 太陽"],
];

export default function EmojiPicker({ onPick, onClose }: { onPick(emoji: string): void; onClose(): void }): ReactElement {
  const t = useT();
  const [text, setText] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const wanted = text.trim().toLowerCase();
  const shown = EMOJI.filter(([, words]) => words.includes(wanted));

  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector("input")?.focus();
    const outside = (event: PointerEvent): void => {
      if (!box.current?.contains(event.target as Node)) {
        onClose();
      }
    };
    addEventListener("pointerdown", outside, true);
    return () => {
      removeEventListener("pointerdown", outside, true);
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
    };
  }, [onClose]);

  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const buttons = [...(box.current?.querySelectorAll<HTMLElement>(".emoji-grid button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    if (event.key === "Escape") {
      event.preventDefault();
      onClose();
      return;
    }
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: at < 0 ? 1 : 8, ArrowUp: -8 }[event.key];
    if (step !== undefined && (at >= 0 || event.key === "ArrowDown")) {
      event.preventDefault();
      const to = Math.max(0, Math.min(at + step, buttons.length - 1));
      buttons[to]?.focus();
    }
  };

  return (
    <div ref={box} className="emoji-picker" role="dialog" tabIndex={-1} aria-label={t("emoji.label")} onKeyDown={onKeyDown}>
      <input
        type="search"
        value={text}
        placeholder={t("emoji.search")}
        aria-label={t("emoji.search")}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && shown[0]) {
            event.preventDefault();
            onPick(shown[0][0]);
          }
        }}
      />
      <div className="emoji-grid">
        {shown.map(([emoji]) => (
          <button key={emoji} type="button" onClick={() => onPick(emoji)}>
            {emoji}
          </button>
        ))}
      </div>
      {shown.length === 0 ? <p>{t("emoji.none")}</p> : null}
    </div>
  );
}
