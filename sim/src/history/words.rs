//! What stands in the rows: names of files, titles, addresses and command lines as an office has them. Parts are few, what is
//! put together of them is not: real rows hold names, numbers and random keys that hardly come twice.

use crate::dice::Dice;

const PARTS: &[&str] = &[
    "見積書",
    "請求書",
    "注文書",
    "納品書",
    "議事録",
    "報告書",
    "企画書",
    "稟議書",
    "契約書",
    "仕様書",
    "設計図",
    "工程表",
    "予算案",
    "決算資料",
    "月次集計",
    "売上実績",
    "顧客一覧",
    "在庫一覧",
    "勤務表",
    "出張申請",
    "経費精算",
    "面談記録",
    "評価シート",
    "研修資料",
    "手順書",
    "障害報告",
    "点検記録",
    "検査成績書",
    "図面",
    "提案資料",
    "比較表",
    "価格表",
    "特許調査",
    "商標一覧",
    "規程",
    "覚書",
    "名簿",
    "座席表",
    "連絡網",
    "週報",
    "日報",
    "棚卸",
    "原価計算",
    "資金繰り",
    "給与明細",
    "年末調整",
    "社会保険",
    "採用計画",
    "組織図",
    "引継書",
    "取扱説明書",
    "回路図",
    "部品表",
    "試験結果",
    "不具合一覧",
    "改善提案",
    "安全衛生",
    "入札書類",
    "登記",
    "保険証券",
    "輸出書類",
    "船積案内",
    "為替予約",
    "監査調書",
    "写真",
    "録音",
];
const BEFORE: &[&str] = &[
    "第一四半期",
    "第二四半期",
    "上期",
    "下期",
    "令和七年度",
    "令和八年度",
    "新製品",
    "海外",
    "国内",
    "関西",
    "九州",
    "東北",
    "本社",
    "工場",
    "倉庫",
    "次期",
    "暫定",
    "社外秘",
    "確定",
    "改訂",
    "最終",
    "修正",
    "再提出",
    "緊急",
    "定例",
    "臨時",
    "部門別",
    "月次",
    "年次",
    "個別",
    "共通",
    "標準",
    "旧",
    "新",
    "仮",
    "正式",
    "控え",
    "写し",
    "共有",
    "保存用",
    "印刷用",
    "配布用",
    "提出用",
    "社長確認",
    "部長確認",
    "要返信",
    "打合せ",
    "下書き",
];
const COMPANIES: &[&str] = &[
    "山田商事",
    "三光電機",
    "東和精密",
    "北斗運輸",
    "明星化学",
    "大洋水産",
    "朝日木材",
    "富岳建設",
    "青葉印刷",
    "白石金属",
    "桜井食品",
    "常盤薬品",
    "関東包装",
    "若松機工",
    "丸中製作所",
    "日進ガラス",
    "中央物流",
    "相模塗装",
    "信越紙業",
    "瀬戸窯業",
    "多摩計器",
    "淀川鉄工",
    "筑紫通商",
    "津軽醸造",
];
const EXTENSIONS: &[&str] =
    &["xlsx", "xlsx", "xlsx", "docx", "docx", "pptx", "pdf", "pdf", "csv", "txt", "zip", "jpg", "msg", "dwg"];
const FOLDERS: &[&str] = &["案件", "共通", "個人", "過年度", "作業中", "受領", "送付済", "一時", "ひな形", "会議"];
const ROMAJI: &[&str] = &[
    "yamada",
    "sanko",
    "towa",
    "hokuto",
    "meisei",
    "taiyo",
    "asahi",
    "fugaku",
    "aoba",
    "shiraishi",
    "sakurai",
    "tokiwa",
    "kanto",
    "wakamatsu",
    "marunaka",
    "nissin",
    "chuo",
    "sagami",
    "shinetsu",
    "seto",
    "tama",
    "yodogawa",
    "chikushi",
    "tsugaru",
    "news",
    "portal",
    "cloud",
    "shop",
];
const TOPICS: &[&str] = &[
    "shoji", "denki", "seimitsu", "unyu", "kagaku", "kensetsu", "insatsu", "info", "support", "docs", "mail", "travel",
];
const ENDINGS: &[&str] = &["co.jp", "co.jp", "jp", "com", "com", "ne.jp", "go.jp", "net", "io", "org"];
const PATHS: &[&str] = &[
    "products", "company", "news", "search", "item", "detail", "cart", "login", "mypage", "docs", "article",
    "category", "ir", "recruit", "api", "download", "faq", "map", "contact", "blog",
];
const TITLES: &[&str] = &[
    "検索結果",
    "商品詳細",
    "会社案内",
    "お知らせ",
    "よくあるご質問",
    "乗換案内",
    "天気予報",
    "ニュース",
    "勤怠入力",
    "経費申請",
    "ファイル共有",
    "受信トレイ",
    "予定表",
    "路線図",
    "仕様一覧",
    "技術資料",
    "カタログ",
    "お問い合わせ",
    "Sign in",
    "Dashboard",
    "Release notes",
    "Issue",
    "Pull request",
    "Documentation",
];
const PROGRAMS: &[(&str, &str)] = &[
    (r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE", "Excel"),
    (r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE", "Word"),
    (r"C:\Program Files\Microsoft Office\root\Office16\POWERPNT.EXE", "PowerPoint"),
    (r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE", "Outlook"),
    (r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe", "Microsoft Edge"),
    (r"C:\Program Files\Google\Chrome\Application\chrome.exe", "Google Chrome"),
    (r"C:\Windows\System32\notepad.exe", "メモ帳"),
    (r"C:\Windows\explorer.exe", "エクスプローラー"),
    (r"C:\Program Files\7-Zip\7zFM.exe", "7-Zip"),
    (r"C:\Program Files\Sakura\sakura.exe", "サクラエディタ"),
    (r"C:\Program Files\Adobe\Acrobat DC\Acrobat\Acrobat.exe", "Adobe Acrobat"),
    (r"C:\Program Files\Zoom\bin\Zoom.exe", "Zoom"),
    (r"C:\Users\Public\Teams\ms-teams.exe", "Microsoft Teams"),
];
const SERVICES: &[&str] = &[
    "netsvcs",
    "LocalService",
    "NetworkService",
    "DcomLaunch",
    "UnistackSvcGroup",
    "wsappx",
    "WerSvcGroup",
    "LocalSystemNetworkRestricted",
];

/// Three or more letters and digits that nobody chose.
pub(super) fn key(dice: &mut Dice, letters: u32) -> String {
    const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    (0..letters).map(|_| char::from(ALPHABET[dice.below(36) as usize])).collect()
}

/// `上期売上実績_山田商事_20261104_v3.xlsx`.
pub(super) fn document(dice: &mut Dice) -> String {
    let mut name = String::new();
    if dice.below(3) > 0 {
        name += dice.pick(BEFORE);
    }
    name += dice.pick(PARTS);
    if dice.below(2) == 0 {
        name += "_";
        name += dice.pick(COMPANIES);
    }
    match dice.below(4) {
        0 => name += &format!("_2026{:02}{:02}", 1 + dice.below(12), 1 + dice.below(28)),
        1 => name += &format!("({})", 1 + dice.below(30)),
        2 => name += &format!("_No{}", dice.below(100_000)),
        _ => {}
    }
    if dice.below(6) == 0 {
        name += &format!("_v{}", 1 + dice.below(9));
    }
    name + "." + dice.pick(EXTENSIONS)
}

/// A file that a program keeps for itself: nobody chose its name.
pub(super) fn own_file(dice: &mut Dice, user: &str) -> String {
    let local = format!(r"C:\Users\{user}\AppData\Local");
    match dice.below(7) {
        0 => format!(r"{local}\Temp\{}.tmp", dice.uuid()),
        1 => {
            let profile = dice.below(4);
            format!(
                r"{local}\Microsoft\Edge\User Data\Profile {profile}\Cache\Cache_Data\f_{:06x}",
                dice.below(1 << 24)
            )
        }
        2 => format!(r"{local}\Microsoft\Windows\INetCache\IE\{}\{}[1].js", key(dice, 8).to_uppercase(), key(dice, 20)),
        3 => {
            format!(r"{local}\Packages\{}_8wekyb3d8bbwe\LocalState\{}\{}.dat", key(dice, 3), dice.uuid(), key(dice, 16))
        }
        4 => format!(r"C:\ProgramData\Microsoft\{}\{}.log", key(dice, 2), dice.uuid()),
        // What web applications keep: a folder for the origin, one for the cache, and a file for the address.
        _ => {
            let (origin, file) = (dice.hex(), dice.next());
            let profile = format!(r"{local}\Microsoft\Edge\User Data\Default");
            format!(r"{profile}\Service Worker\CacheStorage\{}\{}\{file:016x}_0", &origin[..40], dice.uuid())
        }
    }
}

/// Where a document of `user` in `department` lies.
pub(super) fn path(dice: &mut Dice, user: &str, department: &str, document: &str) -> String {
    match dice.below(5) {
        0 => format!(r"\\fs01\共有\{department}\{}\{document}", folder(dice)),
        1 => format!(r"\\fs02\案件\{}\{}\{document}", dice.pick(COMPANIES), folder(dice)),
        2 => format!(r"C:\Users\{user}\Desktop\{document}"),
        3 => format!(r"C:\Users\{user}\AppData\Local\Temp\{}\{document}", key(dice, 8)),
        _ => format!(r"C:\Users\{user}\Documents\{}\{document}", folder(dice)),
    }
}

fn folder(dice: &mut Dice) -> String {
    format!("{}{:02}", dice.pick(FOLDERS), dice.below(60))
}

/// A host name: some come all the time, most hardly ever.
pub(super) fn host(dice: &mut Dice) -> String {
    let number = if dice.below(3) > 0 { dice.below(6) } else { dice.below(4000) };
    format!("www.{}-{}{number}.{}", dice.pick(ROMAJI), dice.pick(TOPICS), dice.pick(ENDINGS))
}

/// An address on `host`.
pub(super) fn url(dice: &mut Dice, host: &str) -> String {
    let mut url = format!("https://{host}/{}", dice.pick(PATHS));
    for _ in 0..dice.below(3) {
        url += "/";
        url += &key(dice, 4);
    }
    match dice.below(7) {
        0 => url += &format!("?id={}", dice.below(1_000_000)),
        1 => url += &format!("?q={}&page={}", key(dice, 6), dice.below(20)),
        2 => url += &format!("/{}.html?session={}", dice.pick(PATHS), key(dice, 32)),
        // What advertising and single sign-on hang on.
        3 => url += &format!("?gclid={}&utm_campaign={}&ts={}", key(dice, 84), key(dice, 9), dice.below(1 << 30)),
        4 => url += &format!("?state={}&nonce={}&code={}", key(dice, 43), dice.uuid(), key(dice, 64)),
        // A shared document.
        5 => url += &format!("/d/{}/edit?usp=sharing&ouid={}", key(dice, 44), dice.next()),
        _ => {}
    }
    url
}

/// A page's title.
pub(super) fn title(dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => {
            let (topic, number) = (dice.pick(TITLES), dice.below(9_000_000));
            format!("[{number}] {topic}: {}{}について | {}", dice.pick(BEFORE), dice.pick(PARTS), dice.pick(COMPANIES))
        }
        1 => format!("{} - {}{}", dice.pick(TITLES), dice.pick(BEFORE), dice.pick(PARTS)),
        _ => format!("{} | {}株式会社", dice.pick(TITLES), dice.pick(COMPANIES)),
    }
}

/// A program that somebody has open, and what its windows call it.
pub(super) fn program(dice: &mut Dice) -> (&'static str, &'static str) {
    PROGRAMS[dice.below(u32::try_from(PROGRAMS.len()).unwrap_or(1)) as usize]
}

/// A process that starts: its executable and its command line.
pub(super) fn command(dice: &mut Dice, user: &str, department: &str) -> (String, String) {
    match dice.below(10) {
        0..=2 => {
            let image = r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe";
            let (client, handle) = (dice.below(900), dice.below(60_000));
            let kind = dice.pick(&["renderer", "utility", "gpu-process"]);
            let line = format!(
                "\"{image}\" --type={kind} --lang=ja --renderer-client-id={client} --time-ticks-at-unix-epoch=-{}{:06} \
                 --mojo-platform-channel-handle={handle} --field-trial-handle={},{},{} --metrics-client-id={} --shared-files={} \
                 /prefetch:{}",
                1_700_000 + dice.below(90_000),
                dice.below(1_000_000),
                dice.below(9000),
                dice.next(),
                dice.next(),
                dice.uuid(),
                key(dice, 40),
                1 + dice.below(8),
            );
            (image.to_owned(), line)
        }
        3..=4 => {
            let image = r"C:\Windows\System32\svchost.exe";
            let group = dice.pick(SERVICES);
            (image.to_owned(), format!("{image} -k {group} -p -s {}", key(dice, 7)))
        }
        5 => {
            let image = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";
            let script = dice.below(60);
            (image.to_owned(), format!(r"{image} -NoProfile -File C:\scripts\job{script}.ps1 -Id {}", dice.uuid()))
        }
        6 => {
            let image = r"C:\Windows\System32\cmd.exe";
            (image.to_owned(), format!(r"{image} /c C:\scripts\job{}.bat {}", dice.below(60), dice.below(100_000)))
        }
        7 => {
            let image = format!(r"C:\Program Files\Common\{}\updater.exe", key(dice, 1));
            // What an updater has to tell its maker stands in its command line, in base64.
            let line = match dice.below(2) {
                0 => format!(
                    "\"{image}\" /check /channel:stable /machine:{} /build:{}",
                    key(dice, 12),
                    dice.below(30_000)
                ),
                _ => format!("\"{image}\" /ping {}", key(dice, 440)),
            };
            (image, line)
        }
        _ => {
            let (image, _) = program(dice);
            let document = document(dice);
            let path = path(dice, user, department, &document);
            (image.to_owned(), format!("\"{image}\" \"{path}\""))
        }
    }
}

/// An address outside: some come all the time.
pub(super) fn remote_ip(dice: &mut Dice) -> String {
    let n = if dice.below(3) > 0 { dice.below(300) } else { dice.below(1 << 20) };
    // 198.18.0.0/15 is set aside for benchmarks (RFC 2544).
    format!("198.{}.{}.{}", 18 + ((n >> 16) & 1), (n >> 8) & 255, n & 255)
}
