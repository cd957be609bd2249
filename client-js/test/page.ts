import { connect, FanfareError, type PatternPosition } from "fanfare-client";

const fanfare = connect({ app: "shop" }).on("state", (state) => console.log(state === "open"));

const orders = fanfare.topic<{ total: number }>("orders/*");
const subscription = orders.subscribe(({ message, missed }) => console.log(message.total + (missed ?? 0)), { from: "earliest" });
const position = subscription.position as PatternPosition;
orders.subscribe({ event: (event) => event.published_at, gap: ({ cause }) => cause, error: ({ code }) => code }, { from: position });
subscription.close();

fanfare.topic("orders/1").publish({ total: 12 }, { event: "paid", close: "done" }).then(
  ({ durability }) => durability === "memory",
  (error) => error instanceof FanfareError && error.code,
);

fanfare.job<{ rows: number }>("import-42").on("update", ({ results }) => results?.rows).on("end", ({ reason }) => reason);
fanfare.jobs().watch(({ job_id, progress }) => console.log(job_id, progress ?? 0));
fanfare.job("import-42").update({ progress: 0.5, message: "half" });
fanfare.job("import-42").state().then((state) => state?.status);
document.querySelector("fanfare-progress")?.show();

// @ts-expect-error: jobs have no gap
fanfare.job("import-42").on("gap", () => {});
