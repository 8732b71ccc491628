// Raw counters of the flagship, as its collector hands them to Prometheus: five weeks in the life of a shop, in which each
// story is a moment.
export const SCRAPE = 60;
const MINUTE = 60, HOUR = 3600, DAY = 86400;

/** Monday noon: the moment of the incident. */
const INCIDENT = Date.UTC(2026, 10, 16, 12) / 1000;
const FIRST = INCIDENT - 29 * DAY;
const GONE = INCIDENT + 10 * MINUTE;

/** When rules begin to be evaluated, counters to count, and all ends. */
export const times = { rules: FIRST - 8 * HOUR, first: FIRST, gone: GONE, end: GONE + 2 * HOUR };

/** The moments that dashboards are looked at. */
export const stories = {
  "never-data": FIRST - HOUR,
  "first-day": FIRST + 14 * HOUR,
  "slow-burn": INCIDENT - 6 * DAY,
  incident: INCIDENT,
  // Windows of completion reach back 1h30, so their budgets are known for so long.
  "no-data": GONE + 110 * MINUTE,
};

const between = (from, to, share) => (t) => (t >= from && t < to ? share : 0);
const any = (...parts) => (t) => Math.min(1, parts.reduce((sum, p) => sum + p(t), 0));
const always = (share) => () => share;
const ago = (days, hours, share) => between(INCIDENT - days * DAY, INCIDENT - days * DAY + hours * HOUR, share);

// What goes wrong. The provider refuses cards since twenty minutes before noon.
const refused = any(always(0.0006), ago(17, 0.5, 0.5), between(INCIDENT - 20 * MINUTE, GONE, 0.55));
const halfEmpty = any(always(0.0002), between(INCIDENT - 13 * DAY, INCIDENT - 5 * DAY, 0.0028));
const shopDown = any(always(0.0002), ago(9, 2, 0.6));
const slowPages = any(always(0.003), ago(3, 20, 0.06));
const lost = any(always(0.0005), ago(12, 5, 0.6));

const calls = (service, span, perDay, bad, kind = "SERVER", statuses = ["UNSET", "ERROR"]) => ({ metric: "calls", service, span, perDay, bad, kind, statuses });
const took = (service, span, perDay, slow, limit, kind = "SERVER") => ({ metric: "duration", service, span, perDay, bad: slow, limit, kind });

const sources = [
  calls("checkout", "oteldemo.CheckoutService/PlaceOrder", 3000, refused),
  took("checkout", "oteldemo.CheckoutService/PlaceOrder", 3000, any(always(0.002), ago(6, 3, 0.08)), 1000),
  calls("payment", "oteldemo.PaymentService/Charge", 3000, refused),
  calls("cart", "POST /oteldemo.CartService/EmptyCart", 2900, always(0.0001)),
  calls("cart", "POST /oteldemo.CartService/AddItem", 4000, any(always(0.0002), ago(20, 1, 0.1))),
  calls("frontend", "GET /api/cart", 9000, halfEmpty),
  took("frontend", "GET /api/cart", 9000, slowPages, 400),
  calls("frontend", "GET /api/products", 40000, shopDown),
  took("frontend", "GET /api/products", 40000, slowPages, 400),
  calls("frontend", "GET /api/recommendations", 20000, any(always(0.001), ago(2, 8, 0.05))),
  took("image-provider", "image-provider", 60000, always(0.012), 2000),
  calls("checkout", "publish orders", 2900, always(0), "PRODUCER", ["UNSET"]),
  calls("accounting", "orders receive", 2900, lost, "CONSUMER", ["UNSET"]),
  calls("email", "POST /send_order_confirmation", 2985, lost, "SERVER", ["UNSET"]),
  took("quote", "POST /getquote", 40000, any(always(0.004), ago(4, 0.5, 0.2)), 800),
  { metric: "basket", perDay: 4000, bad: always(0.004), limit: 0.25 },
];

/** Numbers that look random and are the same each time. */
const dice = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const whole = (x, random) => Math.floor(x + random());

/** People sleep: the busiest hour is at seven in the evening. */
const traffic = (t) => 1 + 0.75 * Math.sin(((t % DAY) / DAY - 13 / 24) * 2 * Math.PI);

/** Counts so far of all and of bad events, scrape by scrape. */
const counted = (source, random) => {
  const good = [], bad = [];
  let g = 0, b = 0;
  for (let t = FIRST; t <= GONE; t += SCRAPE) {
    const events = whole(((source.perDay * SCRAPE) / DAY) * traffic(t), random);
    const wrong = Math.min(events, whole(events * source.bad(t), random));
    g += events - wrong;
    b += wrong;
    good.push([t, g]);
    bad.push([t, b]);
  }
  return { good, bad, all: good.map(([t, n], i) => [t, n + bad[i][1]]) };
};

const COMMON = { service_namespace: "opentelemetry-demo", deployment_environment_name: "production" };

/** Writes all counters. */
export const write = (samples) => {
  sources.forEach((source, i) => {
    const { good, bad, all } = counted(source, dice(i + 1));
    if (source.metric === "basket") {
      samples.add("demo_cart_add_item_latency_seconds_count", COMMON, all);
      samples.add("demo_cart_add_item_latency_seconds_bucket", { ...COMMON, le: `${source.limit}` }, good);
      samples.add("demo_cart_add_item_latency_seconds_bucket", { ...COMMON, le: "+Inf" }, all);
      return;
    }
    const span = { ...COMMON, service_name: source.service, span_name: source.span, span_kind: `SPAN_KIND_${source.kind}` };
    if (source.metric === "calls") {
      // Errors that nobody waits for: a mail or a booking that is lost is a call that never happens.
      source.statuses.forEach((status) => samples.add("traces_span_metrics_calls_total", { ...span, status_code: `STATUS_CODE_${status}` }, status === "ERROR" ? bad : good));
    } else {
      const ok = { ...span, status_code: "STATUS_CODE_UNSET" };
      samples.add("traces_span_metrics_duration_milliseconds_count", ok, all);
      samples.add("traces_span_metrics_duration_milliseconds_bucket", { ...ok, le: `${source.limit}` }, good);
    }
  });
};
