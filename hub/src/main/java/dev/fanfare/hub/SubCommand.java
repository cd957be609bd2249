package dev.fanfare.hub;

import dev.fanfare.Delivery;
import dev.fanfare.Received;
import dev.fanfare.Selection;
import dev.fanfare.Selection.Item;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.TopicPattern;
import dev.fanfare.spi.Quote;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Prints what is published to topics and jobs, until all of them have ended.
final class SubCommand implements Command {
    @Override
    public void describe(Syntax syntax) {
        syntax.name("sub", "Prints what is published to topics and jobs, until all of them have ended.")
                .someArguments("TOPIC", "A topic, or a pattern: * stands for one segment, a last ** for one or more.")
                .repeatable("--job", "ID", "A job, or a pattern over jobs; may be repeated.")
                .option(
                        "--from",
                        "WHERE",
                        "live, earliest, snapshot, or after a position. Default: live, jobs: snapshot.")
                .option("--count", "N", "Ends after so many events.")
                .settings(RemoteHub.SETTINGS)
                .footer("", "  fanfare sub 'orders/*' --from earliest    fanfare sub --job '**'");
    }

    @Override
    public Exit run(Call call) {
        Selection selection = selection(call);
        long left = call.option("--count").map(SubCommand::count).orElse(Long.MAX_VALUE);
        DeliveryText text = new DeliveryText(Style.of(call.shell()));
        try (RemoteHub hub = RemoteHub.of(call);
                Subscription<Delivery> deliveries = hub.app().subscribe(selection)) {
            for (Delivery delivery : deliveries) {
                call.out().println(call.isJson() ? delivery.json().utf8() : text.of(delivery));
                if (delivery instanceof Received && --left == 0) {
                    break;
                }
            }
        }
        return Exit.OK;
    }

    private static Selection selection(Call call) {
        Optional<StartAt> from = call.option("--from").map(SubCommand::startAt);
        List<Item> items = new ArrayList<>();
        for (String topic : call.arguments(0)) {
            items.add(new Item(TopicPattern.of(topic), from.orElse(StartAt.live())));
        }
        for (String job : call.options("--job")) {
            items.add(new Item(TopicPattern.ofJobs(job), from.orElse(StartAt.snapshot())));
        }
        if (items.isEmpty()) {
            throw new CommandFault(Exit.USAGE, "name a topic, or a job with --job");
        }
        return new Selection(items);
    }

    private static StartAt startAt(String from) {
        return switch (from) {
            case "live" -> StartAt.live();
            case "earliest" -> StartAt.earliest();
            case "snapshot" -> StartAt.snapshot();
            default -> position(from);
        };
    }

    private static StartAt position(String from) {
        StartAt start = StartAt.after(from);
        if (start instanceof StartAt.Unreadable) {
            throw new CommandFault(
                    Exit.USAGE, "--from is " + Quote.of(from) + ", it must be live, earliest, snapshot or a position");
        }
        return start;
    }

    private static long count(String text) {
        if (!text.matches("[1-9]\\d{0,17}")) {
            throw new CommandFault(Exit.USAGE, "--count is " + Quote.of(text) + ", it must be a number from 1");
        }
        return Long.parseLong(text);
    }
}
