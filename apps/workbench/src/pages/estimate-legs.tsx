/** What each leg says for and against, and setting one aside with a reason. */
import type { PassWord } from '@plumeline/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { estimatesOfQuery, queryClient, relocate } from '../data/api.ts';
import { type Asking, useAsking } from '../data/asking.ts';
import { asideOf, changeInquiry, type Inquiry, isUnchanged, readInquiry, sourceOf, wishOf } from '../data/inquiry.ts';
import { carried, formatSpanParameter, useChangeView, useView } from '../data/view.ts';
import { formatDistance, formatValue } from '../format/numbers.ts';
import { formatClock } from '../format/times.ts';
import { Comparison, useMovedText } from '../parts/moved.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { legSays } from '../parts/words.ts';

export function Legs({ inquiry }: { inquiry: Inquiry }) {
  const { t, i18n } = useTranslation();
  const asking = useAsking();
  const leaving = useAsking();
  const [share, setShare] = useState(0);
  const estimate = inquiry.estimate!;
  const passes = estimate.passes ?? [];
  const most = Math.max(1, ...passes.map(({ lnFor }) => Math.abs(lnFor)));
  const choose = (aside: ReadonlyMap<number, string>) => {
    changeInquiry({ aside, answer: undefined });
    if (isUnchanged(readInquiry())) return asking.stop();
    asking.ask(async (signal) => {
      changeInquiry({ answer: await relocate(estimate.id, { setAside: wishOf(aside) }, signal) });
    });
  };
  const leaveEachOut = () =>
    leaving.ask(async (signal) => {
      setShare(0);
      const used = passes.filter(({ index }) => !asideOf(passes).has(index));
      for (const [done, { index }] of used.entries()) {
        const setAside = [...wishOf(asideOf(passes)), { index }];
        const answer = await relocate(estimate.id, { setAside }, signal);
        changeInquiry({ trials: new Map(readInquiry().trials).set(`leg:${index}`, answer) });
        setShare((done + 1) / used.length);
      }
    });
  const hasLeft = [...inquiry.trials.keys()].some((key) => key.startsWith('leg:'));
  return (
    <section>
      <h2>{t('estimate.legs')}</h2>
      <p className="note">{t('estimate.legsHelp')}</p>
      <div className="leg-axis" aria-hidden="true">
        <span>− {formatValue(most, i18n.language, 2)}</span>
        <span>{t('estimate.axis')}</span>
        <span>+ {formatValue(most, i18n.language, 2)}</span>
      </div>
      <ol className="legs">
        {passes.map((pass) => (
          <LegRow key={pass.index} pass={pass} most={most} inquiry={inquiry} onChoose={choose} />
        ))}
      </ol>
      <Waiting asking={asking} what={t('estimate.recomputing')} />
      {inquiry.answer !== undefined && <Answer inquiry={inquiry} onUndo={() => choose(asideOf(passes))} />}
      {!hasLeft && !leaving.isBusy && (
        <button type="button" className="button small" onClick={leaveEachOut}>
          {t('estimate.leaveEach')}
        </button>
      )}
      <Waiting asking={leaving} what={t('estimate.leavingEach')} share={share} />
    </section>
  );
}

interface RowProps {
  readonly pass: PassWord;
  readonly most: number;
  readonly inquiry: Inquiry;
  readonly onChoose: (aside: ReadonlyMap<number, string>) => void;
}

function LegRow({ pass, most, inquiry, onChoose }: RowProps) {
  const { t, i18n } = useTranslation();
  const changeView = useChangeView();
  const movedText = useMovedText();
  const [isAsked, setAsked] = useState(false);
  const { index, lnFor, expected } = pass;
  const reason = inquiry.aside.get(index);
  const says = legSays(lnFor);
  const trial = inquiry.trials.get(`leg:${index}`);
  const moved = trial === undefined ? undefined : movedText(inquiry.estimate!, trial);
  const clock = (at: string) => formatClock(Date.parse(at) / 1000, i18n.language);
  const point = () =>
    changeInquiry({ leg: index, trial: inquiry.trials.has(`leg:${index}`) ? `leg:${index}` : undefined });
  const leave = () => changeInquiry({ leg: undefined, trial: undefined });
  const span = { from_s: Date.parse(pass.startAt) / 1000, to_s: Date.parse(pass.endAt) / 1000 };
  const without = (next: string | undefined) => {
    const aside = new Map(inquiry.aside);
    if (next === undefined) aside.delete(index);
    else aside.set(index, next);
    setAsked(false);
    onChoose(aside);
  };
  return (
    <li
      className="leg"
      data-chosen={inquiry.leg === index || undefined}
      data-aside={reason !== undefined || undefined}
      onMouseEnter={point}
      onMouseLeave={leave}
      onFocus={point}
    >
      <button type="button" className="leg-show" onClick={() => changeView({ span: formatSpanParameter(span) })}>
        <b>{index + 1}</b>
        <span className="clock">
          {clock(pass.startAt)}–{clock(pass.endAt)}
        </span>
        <span className="hidden-text">{t('estimate.showLeg', { number: index + 1 })}</span>
      </button>
      <LegBar lnFor={lnFor} most={most} isAside={reason !== undefined} />
      <span className="leg-word">
        {reason === undefined ? t(`estimate.says.${says}`) : t('estimate.asideTag')}{' '}
        {reason === undefined && <span className="faint">{signed(lnFor, i18n.language)}</span>}
      </span>
      <p className="leg-detail">
        {reason !== undefined
          ? t('estimate.asideBecause', { reason })
          : expected === undefined
            ? t('estimate.notExpected')
            : t('estimate.expected', {
                time: clock(expected.at),
                width: formatValue(expected.width_s, i18n.language, 2),
                peak: formatValue(expected.peakEnhancement_ppm, i18n.language, 2),
                range: formatDistance(expected.range_m, i18n.language),
              })}
        {moved !== undefined && (
          <span className={moved.isOutside ? 'leg-moved outside' : 'leg-moved'}>
            {t('estimate.without', { place: moved.place, rate: moved.rate })}
          </span>
        )}
      </p>
      {reason !== undefined ? (
        <button type="button" className="button small" onClick={() => without(undefined)}>
          {t('estimate.undo')}
          <span className="hidden-text"> {t('estimate.leg', { number: index + 1 })}</span>
        </button>
      ) : (
        <button type="button" className="button small" aria-expanded={isAsked} onClick={() => setAsked(!isAsked)}>
          {t('estimate.setAside')}
          <span className="hidden-text"> {t('estimate.leg', { number: index + 1 })}</span>
        </button>
      )}
      {isAsked && reason === undefined && <ReasonForm onReason={without} onClose={() => setAsked(false)} />}
    </li>
  );
}

/** A bar from the middle: to the right for the source, to the left against it. */
function LegBar({ lnFor, most, isAside }: { lnFor: number; most: number; isAside: boolean }) {
  const size = (50 * Math.min(1, Math.abs(lnFor) / most)).toFixed(2);
  return (
    <span className="leg-bar" aria-hidden="true">
      {!isAside && (
        <span
          className={legSays(lnFor)}
          style={{ inlineSize: `${size}%`, insetInlineStart: lnFor < 0 ? `${50 - Number(size)}%` : '50%' }}
        />
      )}
    </span>
  );
}

function ReasonForm({ onReason, onClose }: { onReason: (reason: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const id = useId();
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== '') onReason(reason.trim());
  };
  return (
    <form
      className="reason field"
      onSubmit={send}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <label htmlFor={id}>{t('estimate.reason')}</label>
      <input
        id={id}
        // biome-ignore lint/a11y/noAutofocus: the person has just asked for this field
        autoFocus
        maxLength={300}
        value={reason}
        placeholder={t('estimate.reasonExample')}
        onChange={(event) => setReason(event.target.value)}
      />
      <button type="submit" className="button small primary" disabled={reason.trim() === ''}>
        {t('estimate.recompute')}
      </button>
    </form>
  );
}

/** What the flight says without the legs set aside; kept only when a person says so. */
function Answer({ inquiry, onUndo }: { inquiry: Inquiry; onUndo: () => void }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const view = useView();
  const keeping = useAsking();
  const { estimate, answer, aside } = inquiry;
  const source = sourceOf(answer);
  const keep = () =>
    keeping.ask(async (signal) => {
      const kept = await relocate(estimate!.id, { setAside: wishOf(aside), store: true }, signal);
      await queryClient.invalidateQueries(estimatesOfQuery(estimate!.recordingIds[0]!));
      changeInquiry({ aside: asideOf(estimate!.passes), answer: undefined });
      if (kept.nearestId === undefined) return;
      void navigate({
        to: '/estimates/$estimateId',
        params: { estimateId: kept.nearestId },
        search: carried(view) as never,
      });
    });
  return (
    <div className="answer-card" role="status">
      <h3>{t('estimate.answerTitle', { count: aside.size })}</h3>
      <Comparison from={estimate!} answer={answer!} />
      <p className="faint">
        {t('estimate.took', { seconds: formatValue(answer!.took_ms / 1000, i18n.language, 2) })}{' '}
        {t('estimate.originalStays')}
      </p>
      <div className="answer-buttons">
        <button type="button" className="button small primary" disabled={keeping.isBusy} onClick={keep}>
          {source === undefined ? t('estimate.keepNothing') : t('estimate.keep')}
        </button>
        <button type="button" className="button small" onClick={onUndo}>
          {t('estimate.undoAll')}
        </button>
      </div>
      <KeepingNote asking={keeping} />
    </div>
  );
}

function KeepingNote({ asking }: { asking: Asking }) {
  const { t } = useTranslation();
  return <Waiting asking={asking} what={t('estimate.keeping')} />;
}

/** Finer than a tenth of a unit of ln evidence means nothing. */
function signed(value: number, language: string): string {
  const tenths = Math.round(value * 10) / 10 || 0;
  return `${tenths > 0 ? '+' : ''}${formatValue(tenths, language, 2)}`;
}
