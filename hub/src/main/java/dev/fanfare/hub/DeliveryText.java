package dev.fanfare.hub;

import dev.fanfare.Delivery;
import dev.fanfare.Delivery.Ended;
import dev.fanfare.Delivery.Gap;
import dev.fanfare.Received;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.spi.TopicName;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// A delivery as a line for people.
record DeliveryText(Style style) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    String of(Delivery delivery) {
        if (delivery instanceof Received received) {
            String line = TopicName.isJob(received.topic()) ? PlainJobs.line(JobUpdate.of(received)) : event(received);
            return time(received.publishedAt()) + line + notes(received);
        }
        if (delivery instanceof Gap gap) {
            String missed = gap.missed().isPresent() ? gap.missed().getAsLong() + " events" : "events";
            return style.yellow("gap: " + missed + " of " + name(gap) + " were lost ("
                    + gap.cause().wireName() + ")");
        }
        return style.dim("end: " + name(delivery) + " is over ("
                + Printable.of(((Ended) delivery).reason().text()) + ")");
    }

    private String time(Instant at) {
        return style.dim(TIME.format(at)) + "  ";
    }

    private String event(Received received) {
        String event = received.eventName()
                .map(name -> style.cyan(Printable.of(name)) + "  ")
                .orElse("");
        return style.bold(name(received)) + "  " + event + Printable.of(received.message());
    }

    private static String name(Delivery delivery) {
        String topic = delivery.topic();
        return Printable.of(TopicName.isJob(topic) ? TopicName.jobId(topic) : topic);
    }

    private String notes(Received received) {
        String snapshot = received.isSnapshot() ? "  snapshot" : "";
        return style.dim(
                received.conflated() == 0 ? snapshot : snapshot + "  (+" + received.conflated() + " conflated)");
    }
}
