import type { Choice, ChoicesProps } from './choices.js';
import { Icon } from './icon.js';
import styles from './select.module.css';

/** A drop-down list: the browser's own, which works with every keyboard and screen reader. */
export function Select<T extends string>({
  label,
  value,
  choices,
  disabled,
  help,
  tone,
  className = '',
  onChange,
}: ChoicesProps<T> & { help?: string; tone?: 'control'; className?: string | undefined }) {
  return (
    <span className={`${styles.select} ${className}`} data-tone={tone}>
      <select
        aria-label={label}
        value={value}
        disabled={disabled}
        data-help={help}
        onChange={(event) => {
          const chosen = choices.find((choice) => choice.value === event.currentTarget.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {groupsOf(choices).map(({ group, members }) =>
          group === undefined ? (
            <Options key="" of={members} />
          ) : (
            <optgroup key={group} label={group}>
              <Options of={members} />
            </optgroup>
          ),
        )}
      </select>
      <Icon name="down" />
    </span>
  );
}

function Options<T extends string>({ of }: { of: readonly Choice<T>[] }) {
  return of.map(({ value, label }) => (
    <option key={value} value={value}>
      {label}
    </option>
  ));
}

/** Consecutive choices of one group. */
function groupsOf<T extends string>(choices: readonly Choice<T>[]) {
  const groups: { group: string | undefined; members: Choice<T>[] }[] = [];
  for (const choice of choices) {
    const last = groups.at(-1);
    if (last !== undefined && last.group === choice.group) last.members.push(choice);
    else groups.push({ group: choice.group, members: [choice] });
  }
  return groups;
}
