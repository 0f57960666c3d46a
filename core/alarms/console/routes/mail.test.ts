import { describe, expect, it } from 'vitest';
import { mailOf, unknownPlaceholder, type Values } from './mail';

// The same alarm and the same expectations as in `src/routes/words.rs`: what is shown is what is sent.
const values: Values = {
  TITLE: 'USB への書き込み',
  RULE: 'USB への書き込み',
  HOST: 'PC-014',
  USER: 'tanaka',
  FILE: '/media/usb/見積 %USER%.xlsx',
  TIME: '11/23 09:00',
  CLASS: 'removable_write',
  SEVERITY: 'medium',
};
const usual = { subject: null, line: null, open_for_min: null };

describe('the mail that is shown', () => {
  it('has one alarm in its subject and counts many', () => {
    expect(mailOf(usual, values, 1, 'https://y.example')).toEqual({
      subject: 'Yagura: USB への書き込み (PC-014)',
      text: 'PC-014  11/23 09:00\n  USB への書き込み\n  tanaka\n  /media/usb/見積 %USER%.xlsx\n\nhttps://y.example/alarms?state=open',
    });
    expect(mailOf(usual, values, 200, '').subject).toBe('Yagura: 新しい警告 200件');
  });

  it('fills own words in once', () => {
    const own = { ...usual, subject: '[%SEVERITY%] %RULE% x%COUNT%', line: '%TIME% %HOST% %USER%: %FILE% (100%)' };
    const { subject, text } = mailOf(own, values, 1, '');
    expect(subject).toBe('[medium] USB への書き込み x1');
    expect(text.split('\n')[0]).toBe('11/23 09:00 PC-014 tanaka: /media/usb/見積 %USER%.xlsx (100%)');
  });

  it('says why it comes late', () => {
    expect(mailOf({ ...usual, open_for_min: 30 }, values, 1, '').text).toMatch(/^30分たっても/);
  });
});

it('a placeholder that is none is found', () => {
  for (const [text, expected] of [
    ['%TITLE% and %FILE%', undefined],
    ['100% of %WHO%', '%WHO%'],
    ['50% %HOST%', undefined],
    ['%', undefined],
    ['%%', undefined],
    ['%HOST%%WHERE%', '%WHERE%'],
  ] as const) {
    expect(unknownPlaceholder(text), text).toBe(expected);
  }
});
