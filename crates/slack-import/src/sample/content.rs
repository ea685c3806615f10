//! The sample's people, channels and talk. Everybody goes by a role, nobody by a name.

/// Somebody in the sample.
pub(super) struct Person {
    /// Handle, and key in the talks below.
    pub key: &'static str,
    pub name: &'static str,
    pub title: &'static str,
    pub locale: &'static str,
}

/// A conversation.
pub(super) struct Channel {
    /// The list of the export it is in.
    pub list: &'static str,
    pub name: &'static str,
    pub topic: &'static str,
    /// Keys; none: everybody.
    pub members: &'static [&'static str],
    pub talks: &'static [Talk],
}

/// A message with what follows it.
pub(super) struct Talk {
    /// Days after the first.
    pub day: u8,
    /// Minutes after midnight.
    pub minute: u16,
    pub by: &'static str,
    pub text: &'static str,
    pub replies: &'static [(&'static str, &'static str)],
    pub reactions: &'static [(&'static str, &'static [&'static str])],
    pub is_edited: bool,
    pub has_file: bool,
}

const fn person(
    key: &'static str,
    name: &'static str,
    title: &'static str,
    locale: &'static str,
) -> Person {
    Person {
        key,
        name,
        title,
        locale,
    }
}

/// A message nobody answered.
const fn said(day: u8, minute: u16, by: &'static str, text: &'static str) -> Talk {
    Talk {
        day,
        minute,
        by,
        text,
        replies: &[],
        reactions: &[],
        is_edited: false,
        has_file: false,
    }
}

impl Talk {
    const fn then(mut self, replies: &'static [(&'static str, &'static str)]) -> Self {
        self.replies = replies;
        self
    }

    const fn with(mut self, reactions: &'static [(&'static str, &'static [&'static str])]) -> Self {
        self.reactions = reactions;
        self
    }

    const fn edited(mut self) -> Self {
        self.is_edited = true;
        self
    }

    const fn with_file(mut self) -> Self {
        self.has_file = true;
        self
    }
}

pub(super) const SHIFT_PLAN: &str = "\
day,early,late,night
Monday,ward nurse,duty nurse,night shift lead
Tuesday,ward nurse,duty nurse,night shift lead
Wednesday,duty nurse,ward nurse,night shift lead
";

pub(super) const PEOPLE: &[Person] = &[
    person("director", "Clinic director", "Management", "en"),
    person("duty.officer", "Duty officer", "Management", "en"),
    person("night.lead", "Night shift lead", "Ward 3", "en"),
    person("ward.nurse", "Ward nurse", "Ward 3", "en"),
    person("pharmacist", "Pharmacist", "Pharmacy", "en"),
    person("it.oncall", "IT on call", "IT", "en"),
    person("network", "Network engineer", "IT", "en"),
    person("perawat.jaga", "Perawat jaga", "Bangsal 2", "id"),
    person("kepala.gudang", "Kepala gudang", "Gudang", "id"),
    person("sopir.malam", "Sopir malam", "Gudang", "id"),
    person("admin.gaji", "Admin gaji", "Keuangan", "id"),
    person("值班医生", "值班医生", "急诊科", "zh-CN"),
    person("药房主管", "药房主管", "药房", "zh-CN"),
    person("仓库管理员", "仓库管理员", "仓库", "zh-CN"),
    person("調度員", "調度員", "碼頭調度", "zh-HK"),
    person("夜更主管", "夜更主管", "碼頭調度", "zh-HK"),
    person("工程主任", "工程主任", "設施", "zh-HK"),
];

pub(super) const CHANNELS: &[Channel] = &[
    Channel {
        list: "channels",
        name: "announcements",
        topic: "What everybody must know · 公告 · Pengumuman",
        members: &[],
        talks: &[
            said(0, 480, "director", "Welcome to the new workspace. Old messages were brought along.")
                .with(&[("tada", &["night.lead", "kepala.gudang", "調度員"]), ("wave", &["it.oncall"])]),
            said(1, 540, "duty.officer", "Power test on Saturday 06:00 to 06:20. Lifts stop; wards stay on batteries.")
                .with(&[("white_check_mark", &["night.lead", "工程主任", "perawat.jaga"])])
                .then(&[
                    ("工程主任", "後備電源已檢查,電池可用四小時。"),
                    ("perawat.jaga", "Bangsal 2 siap. Semua pompa sudah diisi."),
                ]),
            said(3, 600, "director", "From July the shift plan is published two weeks ahead.").edited(),
            said(4, 510, "duty.officer", "Fire drill today at 15:00. Meet at the car park, not at the quay.")
                .with(&[("+1", &["ward.nurse", "值班医生", "調度員", "admin.gaji"])]),
        ],
    },
    Channel {
        list: "channels",
        name: "night-shift",
        topic: "Handover, 22:00 to 06:00",
        members: &["night.lead", "ward.nurse", "duty.officer", "perawat.jaga", "值班医生"],
        talks: &[
            said(0, 1330, "night.lead", "Handover: 14 beds taken, two on monitors. Bed 7 sleeps badly.")
                .then(&[
                    ("ward.nurse", "Bed 7 had tea at nine, I told him why that is a bad idea."),
                    ("night.lead", "Thank you. I will look in every hour."),
                ]),
            said(0, 1390, "perawat.jaga", "Bangsal 2 tenang. Satu pasien minta selimut tambahan.")
                .with(&[("heart", &["night.lead"])]),
            said(1, 60, "值班医生", "急诊来了两位病人,都不严重。")
                .then(&[("night.lead", "Shall I send somebody over?"), ("值班医生", "不用,谢谢。")]),
            said(1, 335, "night.lead", "Quiet night. Monitor in room 4 beeps without a reason, reported to @it.oncall.")
                .then(&[("it.oncall", "Looked at it: the clip was worn. A new one is in the drawer.")])
                .with(&[("pray", &["night.lead", "ward.nurse"])]),
            said(2, 1325, "night.lead", "Shift plan for the week is attached.").with_file()
                .with(&[("eyes", &["ward.nurse", "perawat.jaga"])]),
            said(3, 20, "duty.officer", "Storm warning until 04:00. Close the windows on the sea side.")
                .then(&[
                    ("perawat.jaga", "Sudah ditutup semua."),
                    ("值班医生", "急诊的窗户也关好了。"),
                    ("night.lead", "Ward 3 done."),
                ])
                .with(&[("umbrella", &["perawat.jaga"]), ("+1", &["duty.officer"])]),
            said(4, 340, "ward.nurse", "Handover: 12 beds taken. Breakfast for room 2 is without milk."),
        ],
    },
    Channel {
        list: "channels",
        name: "gudang",
        topic: "Stok, pengiriman, dan kendaraan",
        members: &["kepala.gudang", "sopir.malam", "仓库管理员", "pharmacist", "admin.gaji"],
        talks: &[
            said(0, 425, "kepala.gudang", "Pagi. Hari ini tiga pengiriman: dua ke klinik, satu ke dermaga.")
                .then(&[
                    ("sopir.malam", "Truk kecil ban belakang kempis, saya ganti dulu."),
                    ("kepala.gudang", "Baik, pakai truk besar untuk dermaga."),
                ]),
            said(0, 700, "仓库管理员", "三号货架的口罩只剩四箱,需要补货。")
                .then(&[("pharmacist", "Ordered 20 boxes, they come on Thursday.")])
                .with(&[("package", &["kepala.gudang"])]),
            said(1, 450, "sopir.malam", "Ban sudah diganti. Bon ada di meja @admin.gaji.")
                .then(&[("admin.gaji", "Terima kasih, sudah saya catat.")]),
            said(2, 480, "kepala.gudang", "Stok oksigen: 36 tabung penuh, 9 kosong. Kosong diambil besok pagi.")
                .with(&[("truck", &["sopir.malam"])]),
            said(3, 655, "仓库管理员", "冷库温度正常,四度。")
                .with(&[("white_check_mark", &["pharmacist", "药房主管"])]),
            said(4, 430, "kepala.gudang", "Hitung stok hari Jumat jam dua. Semua rak diberi label baru.").edited(),
        ],
    },
    Channel {
        list: "channels",
        name: "药房",
        topic: "药品、库存与提醒",
        members: &["药房主管", "pharmacist", "值班医生", "仓库管理员", "ward.nurse"],
        talks: &[
            said(0, 505, "药房主管", "本周盘点在星期三下午,两点以后暂停取药半小时。")
                .with(&[("+1", &["pharmacist", "值班医生"])]),
            said(0, 610, "值班医生", "退烧药快用完了,请先留二十盒给急诊。")
                .then(&[
                    ("药房主管", "已经留好,放在二号柜。"),
                    ("值班医生", "收到,谢谢!"),
                ]),
            said(1, 570, "pharmacist", "The new labels show the dose in three languages. Please tell me if one is wrong.")
                .then(&[("药房主管", "第三张标签的“每日两次”写反了,我改好了。")])
                .with(&[("clap", &["药房主管", "ward.nurse"])]),
            said(2, 845, "药房主管", "盘点完成,账目与库存一致。")
                .with(&[("tada", &["pharmacist", "仓库管理员"])]),
            said(3, 620, "ward.nurse", "Room 5 needs the drops from the fridge tonight at ten.")
                .then(&[("pharmacist", "Prepared, name is on the box.")]),
        ],
    },
    Channel {
        list: "channels",
        name: "碼頭調度",
        topic: "船期、泊位及交更",
        members: &["調度員", "夜更主管", "工程主任", "kepala.gudang", "duty.officer"],
        talks: &[
            said(0, 380, "調度員", "今日四班船,第一班早上七時二十分靠二號泊位。")
                .then(&[("夜更主管", "收到,二號泊位已清空。")]),
            said(0, 915, "工程主任", "三號吊機例行檢查,下午停用一小時。")
                .then(&[
                    ("調度員", "那麼第三班船改用一號泊位。"),
                    ("工程主任", "可以,多謝配合。"),
                ])
                .with(&[("ok_hand", &["調度員"])]),
            said(1, 375, "夜更主管", "交更:昨晚兩班船準時,無事故。")
                .with(&[("white_check_mark", &["調度員"])]),
            said(2, 400, "調度員", "天文台預告週四有大風,請預先加固纜繩。")
                .then(&[
                    ("夜更主管", "今晚安排兩人巡查。"),
                    ("duty.officer", "Wards are warned as well."),
                ])
                .with(&[("warning", &["夜更主管", "工程主任"])]),
            said(3, 1300, "夜更主管", "風力八級,所有船期暫停,恢復時間另行通知。")
                .with(&[("eyes", &["調度員", "kepala.gudang", "duty.officer"])]),
            said(4, 365, "調度員", "風已減弱,船期恢復,首班八時正。")
                .with(&[("tada", &["夜更主管", "kepala.gudang"])]),
        ],
    },
    Channel {
        list: "channels",
        name: "it-on-call",
        topic: "What is broken, and since when",
        members: &["it.oncall", "network", "duty.officer", "工程主任", "night.lead"],
        talks: &[
            said(0, 560, "network", "The line to the second site had 40 ms for ten minutes. Nothing was lost.")
                .then(&[
                    ("it.oncall", "Cause?"),
                    ("network", "A backup of somebody else. They moved it to the night."),
                ]),
            said(1, 345, "it.oncall", "Replaced the clip of the monitor in room 4.")
                .with(&[("+1", &["night.lead"])]),
            said(2, 600, "it.oncall", "Rehearsal: we switched the clinic's site off for two minutes. Messages went on at the depot's site.")
                .then(&[
                    ("duty.officer", "I noticed nothing on my telephone."),
                    ("network", "That is the point. All messages are at both sites, I compared them."),
                    ("工程主任", "碼頭那邊也一切正常。"),
                ])
                .with(&[("rocket", &["network", "duty.officer"]), ("muscle", &["it.oncall"])]),
            said(3, 1310, "network", "Storm: site A on battery, 3 h 40 min left. Site B on mains.")
                .then(&[("it.oncall", "If it goes below an hour I switch over by hand.")]),
            said(4, 30, "network", "Mains are back at site A. Battery charging.")
                .with(&[("zap", &["it.oncall", "duty.officer"])]),
        ],
    },
    Channel {
        list: "groups",
        name: "incident-command",
        topic: "Who decides, when it matters",
        members: &["director", "duty.officer", "it.oncall", "night.lead", "調度員"],
        talks: &[
            said(1, 620, "duty.officer", "Order of deputies: duty officer, night shift lead, dispatcher. Please confirm.")
                .then(&[("night.lead", "Confirmed."), ("調度員", "確認。")])
                .with(&[("white_check_mark", &["director"])]),
            said(3, 1305, "duty.officer", "Storm: I take command until 06:00. Next report at 23:00.")
                .then(&[
                    ("it.oncall", "Both sites serve. No messages waiting."),
                    ("night.lead", "Wards quiet, windows closed."),
                    ("調度員", "所有船已繫好。"),
                ]),
            said(4, 365, "duty.officer", "Storm over. Command handed back. Thank you all.")
                .with(&[("pray", &["director", "night.lead", "調度員"])]),
        ],
    },
    Channel {
        list: "mpims",
        name: "mpdm-kepala.gudang--pharmacist--sample-1",
        topic: "",
        members: &["kepala.gudang", "pharmacist", "仓库管理员"],
        talks: &[
            said(1, 660, "pharmacist", "Can the cold boxes go with the first van tomorrow?")
                .then(&[("kepala.gudang", "Bisa, saya siapkan jam enam."), ("仓库管理员", "我来装箱。")]),
        ],
    },
    Channel {
        list: "dms",
        name: "dm-it-network",
        topic: "",
        members: &["it.oncall", "network"],
        talks: &[
            said(2, 590, "it.oncall", "Ready to switch site A off in ten minutes?"),
            said(2, 592, "network", "Ready. Watching the journal."),
            said(2, 606, "network", "Back, heads are equal at both sites."),
        ],
    },
    Channel {
        list: "dms",
        name: "dm-dispatch",
        topic: "",
        members: &["調度員", "夜更主管"],
        talks: &[
            said(0, 1200, "調度員", "今晚二號泊位的燈壞了一盞,請留意。"),
            said(0, 1205, "夜更主管", "好,我帶手電筒。"),
        ],
    },
];
