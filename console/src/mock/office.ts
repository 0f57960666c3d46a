import { chance, idOf } from './random';

/** みなと精機: a maker of gears with a head office, a works and a sales branch. */
export interface Staff {
  id: string;
  number: string;
  name: string;
  kana: string;
  login: string;
  department: string;
  /** Index into `departments`. */
  unit: number;
}

export interface Department {
  id: string;
  name: string;
  site: string;
  code: string;
  size: number;
}

export const organisation = { name: 'みなと精機', time_zone: 'Asia/Tokyo' };

export const sites = ['本社', '川崎工場', '大阪営業所'] as const;

export const departments: Department[] = (
  [
    ['本社', '総務部', 'SOM', 12],
    ['本社', '経理部', 'KEI', 18],
    ['本社', '営業一課', 'EI1', 22],
    ['本社', '営業二課', 'EI2', 20],
    ['本社', '情報システム', 'SYS', 9],
    ['本社', '役員室', 'YAK', 6],
    ['川崎工場', '設計部', 'SEK', 34],
    ['川崎工場', '製造部', 'SEI', 30],
    ['川崎工場', '品質保証', 'HIN', 16],
    ['川崎工場', '購買部', 'KOB', 12],
    ['大阪営業所', '大阪営業課', 'OSA', 15],
  ] as const
).map(([site, name, code, size], at) => ({ id: idOf(2, 10 + at), site, name, code, size }));

const families = [
  ['三浦', 'みうら', 'miura'], ['中村', 'なかむら', 'nakamura'], ['小野寺', 'おのでら', 'onodera'],
  ['渡邊', 'わたなべ', 'watanabe'], ['髙橋', 'たかはし', 'takahashi'], ['長谷川', 'はせがわ', 'hasegawa'],
  ['佐伯', 'さえき', 'saeki'], ['岡田', 'おかだ', 'okada'], ['森田', 'もりた', 'morita'],
  ['石川', 'いしかわ', 'ishikawa'], ['藤原', 'ふじわら', 'fujiwara'], ['西村', 'にしむら', 'nishimura'],
  ['上田', 'うえだ', 'ueda'], ['松本', 'まつもと', 'matsumoto'], ['井上', 'いのうえ', 'inoue'],
  ['木村', 'きむら', 'kimura'], ['清水', 'しみず', 'shimizu'], ['山崎', 'やまざき', 'yamazaki'],
  ['池田', 'いけだ', 'ikeda'], ['阿部', 'あべ', 'abe'], ['橋本', 'はしもと', 'hashimoto'],
  ['近藤', 'こんどう', 'kondo'], ['村上', 'むらかみ', 'murakami'], ['遠藤', 'えんどう', 'endo'],
  ['青木', 'あおき', 'aoki'], ['坂本', 'さかもと', 'sakamoto'], ['福田', 'ふくだ', 'fukuda'],
  ['太田', 'おおた', 'ota'], ['原田', 'はらだ', 'harada'], ['竹内', 'たけうち', 'takeuchi'],
] as const;

const givens = [
  ['由美子', 'ゆみこ', 'yumiko'], ['拓海', 'たくみ', 'takumi'], ['彩', 'あや', 'aya'], ['健一', 'けんいち', 'kenichi'],
  ['みのり', 'みのり', 'minori'], ['祐介', 'ゆうすけ', 'yusuke'], ['直樹', 'なおき', 'naoki'], ['真理', 'まり', 'mari'],
  ['千晴', 'ちはる', 'chiharu'], ['大輔', 'だいすけ', 'daisuke'], ['恵', 'めぐみ', 'megumi'], ['翔太', 'しょうた', 'shota'],
  ['奈々', 'なな', 'nana'], ['浩', 'ひろし', 'hiroshi'], ['さくら', 'さくら', 'sakura'], ['隆', 'たかし', 'takashi'],
  ['陽子', 'ようこ', 'yoko'], ['誠', 'まこと', 'makoto'], ['美咲', 'みさき', 'misaki'], ['悠人', 'ゆうと', 'yuto'],
] as const;

function hire(): Staff[] {
  const dice = chance(1868);
  const taken = new Map<string, number>();
  const all: Staff[] = [];
  departments.forEach((department, unit) => {
    for (let seat = 0; seat < department.size; seat += 1) {
      const at = all.length;
      // The first few are the people the study shows.
      const family = at < families.length ? families[at % families.length] : dice.one(families);
      const given = at < 9 ? givens[at] : dice.one(givens);
      if (!family || !given) continue;
      const stem = `${family[2]}.${given[2].charAt(0)}`;
      const seen = taken.get(stem) ?? 0;
      taken.set(stem, seen + 1);
      all.push({
        id: idOf(3, at + 1),
        number: `M${String(1200 + at * 7).padStart(5, '0')}`,
        name: `${family[0]} ${given[0]}`,
        kana: `${family[1]} ${given[1]}`,
        login: seen === 0 ? stem : `${stem}${String(seen + 1)}`,
        department: department.name,
        unit,
      });
    }
  });
  return all;
}

export const staff: Staff[] = hire();

/** A person's full department as the ledger of people writes it. */
export function departmentOf(person: Staff): Department {
  const found = departments[person.unit];
  if (!found) throw new Error(`no department ${String(person.unit)}`);
  return found;
}
