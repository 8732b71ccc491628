// Raw counters, then what the rules make of them, in one folder of blocks.
import { layers, read, recorded } from "./rules.mjs";
import { Prometheus, Samples } from "./prometheus.mjs";
import { times, write } from "./shop.mjs";

/** Series of rules that are read with a bare selector must not be further apart than Prometheus looks back. */
const LOOKBACK = 300;

/**
 * How often a rule is evaluated: the base exactly as its group says, since its sums count evaluations; all else no oftener
 * than every five minutes, which changes no value, only how many there are.
 */
const stepOf = (rule) => (rule.name.endsWith(":rate") ? rule.interval : Math.max(rule.interval, LOOKBACK));

/** Evaluates the rules of `folder`; gives a stopped Prometheus. */
export const make = async (folder, rulesFolder, say) => {
  const prometheus = new Prometheus(folder);
  const raw = new Samples(folder);
  write(raw);
  say(`${raw.blocks(prometheus.data)} raw samples`);
  const all = layers(read(rulesFolder));
  for (const [at, layer] of all.entries()) {
    await prometheus.start();
    const samples = new Samples(folder);
    const waiting = [...layer];
    const evaluate = async () => {
      for (let rule = waiting.shift(); rule; rule = waiting.shift()) {
        const step = stepOf(rule);
        const start = Math.ceil(times.rules / step) * step;
        for (const series of await prometheus.range(rule.expr, start, times.end, step)) {
          for (const { name, metric, values } of recorded(rule, series, step)) samples.add(name, metric, values);
        }
      }
    };
    // Prometheus computes one while another is written down.
    await Promise.all([evaluate(), evaluate(), evaluate()]);
    await prometheus.stop();
    say(`layer ${at + 1} of ${all.length}: ${layer.length} rules, ${samples.blocks(prometheus.data)} samples`);
  }
  return prometheus;
};
