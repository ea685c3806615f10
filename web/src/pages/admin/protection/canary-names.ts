/** What canaries are called and say, in each language. */

import type { Language } from "../../../i18n";

interface CanaryNames {
  folders: readonly string[];
  documents: readonly { title: string; text: string }[];
}

export const CANARY_NAMES: Record<Language, CanaryNames> = {
  en: {
    folders: ["Accounts archive", "Old contracts", "Board papers, closed", "Insurance records", "Audit 2023"],
    documents: [
      { title: "Supplier contracts, overview", text: "Kept for reference. The current list is with purchasing.\n\n- Cleaning: runs out in March\n- Printing: runs out in June\n- Power: two more years" },
      { title: "Bank details, former accounts", text: "Accounts that were closed. Nothing is paid from here any more; the statements are in the paper archive." },
      { title: "Minutes, annual meeting", text: "Present: the board and the auditors.\n\n1. The report was approved.\n2. The budget was approved with one change.\n3. The next meeting is in spring." },
      { title: "Insurance policies", text: "| Policy | Since | Pays |\n| --- | --- | --- |\n| Building | 2019 | yes |\n| Liability | 2020 | yes |\n| Vehicles | 2021 | no |" },
      { title: "Salary bands, superseded", text: "Replaced by the new agreement. Kept because earlier letters refer to it." },
      { title: "Notes for the auditors", text: "What was asked last time and where the answers are. Please do not change: the auditors compare it from year to year." },
      { title: "Lease agreement, summary", text: "Term, notice and rent of the former office. The original is with the lawyers." },
    ],
  },
  id: {
    folders: ["Arsip keuangan", "Kontrak lama", "Berkas direksi, tertutup", "Catatan asuransi", "Audit 2023"],
    documents: [
      { title: "Ikhtisar kontrak pemasok", text: "Disimpan sebagai rujukan. Daftar terbaru ada di bagian pengadaan.\n\n- Kebersihan: berakhir bulan Maret\n- Percetakan: berakhir bulan Juni\n- Listrik: dua tahun lagi" },
      { title: "Data rekening lama", text: "Rekening yang sudah ditutup. Tidak ada pembayaran lagi dari sini; rekening koran ada di arsip kertas." },
      { title: "Notulen rapat tahunan", text: "Hadir: direksi dan auditor.\n\n1. Laporan disetujui.\n2. Anggaran disetujui dengan satu perubahan.\n3. Rapat berikutnya tahun depan." },
      { title: "Daftar polis asuransi", text: "| Polis | Sejak | Berlaku |\n| --- | --- | --- |\n| Gedung | 2019 | ya |\n| Tanggung gugat | 2020 | ya |\n| Kendaraan | 2021 | tidak |" },
      { title: "Golongan gaji, sudah diganti", text: "Digantikan oleh perjanjian baru. Disimpan karena surat-surat lama merujuk ke sini." },
      { title: "Catatan untuk auditor", text: "Yang ditanyakan terakhir kali dan letak jawabannya. Mohon tidak diubah: auditor membandingkannya dari tahun ke tahun." },
      { title: "Ringkasan perjanjian sewa", text: "Jangka waktu, pemberitahuan dan harga sewa kantor lama. Aslinya ada pada pengacara." },
    ],
  },
  "zh-Hans": {
    folders: ["财务档案", "旧合同", "董事会文件（已归档）", "保险记录", "2023 年审计"],
    documents: [
      { title: "供应商合同一览", text: "留作参考，最新清单由采购部保管。\n\n- 保洁：三月到期\n- 印刷：六月到期\n- 供电：还有两年" },
      { title: "旧银行账户资料", text: "这些账户已经注销，不再付款；对账单在纸质档案里。" },
      { title: "年度会议纪要", text: "出席：董事会和审计师。\n\n1. 报告获得通过。\n2. 预算修改一处后通过。\n3. 下次会议在明年春天。" },
      { title: "保险单清单", text: "| 保单 | 开始 | 有效 |\n| --- | --- | --- |\n| 房屋 | 2019 | 是 |\n| 责任险 | 2020 | 是 |\n| 车辆 | 2021 | 否 |" },
      { title: "薪资等级（已停用）", text: "已由新协议取代。因为以前的信件引用它，所以保留。" },
      { title: "给审计师的说明", text: "上次问了什么，答案在哪里。请勿修改：审计师每年都要对照。" },
      { title: "租约摘要", text: "旧办公室的租期、通知期和租金。原件在律师处。" },
    ],
  },
  "zh-Hant": {
    folders: ["財務檔案", "舊合約", "董事會文件（已歸檔）", "保險紀錄", "2023 年審計"],
    documents: [
      { title: "供應商合約一覽", text: "留作參考，最新清單由採購部保管。\n\n- 清潔：三月到期\n- 印刷：六月到期\n- 供電：還有兩年" },
      { title: "舊銀行帳戶資料", text: "這些帳戶已經註銷，不再付款；對帳單在紙本檔案裡。" },
      { title: "年度會議紀錄", text: "出席：董事會和審計師。\n\n1. 報告獲得通過。\n2. 預算修改一處後通過。\n3. 下次會議在明年春天。" },
      { title: "保險單清單", text: "| 保單 | 開始 | 有效 |\n| --- | --- | --- |\n| 房屋 | 2019 | 是 |\n| 責任險 | 2020 | 是 |\n| 車輛 | 2021 | 否 |" },
      { title: "薪資等級（已停用）", text: "已由新協議取代。因為以前的信件引用它，所以保留。" },
      { title: "給審計師的說明", text: "上次問了什麼，答案在哪裡。請勿修改：審計師每年都要對照。" },
      { title: "租約摘要", text: "舊辦公室的租期、通知期和租金。原件在律師處。" },
    ],
  },
};
