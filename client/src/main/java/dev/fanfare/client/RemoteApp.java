package dev.fanfare.client;

import dev.fanfare.App;
import dev.fanfare.Cursor;
import dev.fanfare.Selection;
import dev.fanfare.Topic;
import dev.fanfare.jobs.Jobs;
import dev.fanfare.spi.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// An app of a hub.
///
/// Threads: safe.
final class RemoteApp implements App {
    private final Link link;
    private final String name;
    private final PublishLane lane;
    private final Jobs jobs;

    RemoteApp(Link link, String name) {
        this.link = link;
        this.name = name;
        this.lane = new PublishLane(link, this);
        this.jobs = new RemoteJobs(link, this);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Topic topic(String topic) {
        return new RemoteTopic(link, this, Names.requireTopic(topic), lane);
    }

    @Override
    public Jobs jobs() {
        return jobs;
    }

    @Override
    public CompletionStage<Cursor> open(Selection selection, Runnable wake) {
        if (link.isClosed()) {
            return CompletableFuture.failedStage(new IllegalStateException("the hub's client is closed"));
        }
        List<StreamStart> starts = StreamStart.of(selection);
        if (starts.size() == 1) {
            return RemoteCursor.open(link, this, starts.get(0), wake).thenApply(cursor -> cursor);
        }
        return openAll(starts, wake);
    }

    /// A stream has one start, so each distinct start of the selection takes a stream of its own.
    private CompletionStage<Cursor> openAll(List<StreamStart> starts, Runnable wake) {
        MergedCursor merged = new MergedCursor(wake);
        List<CompletableFuture<RemoteCursor>> openings = new ArrayList<>();
        for (StreamStart start : starts) {
            openings.add(RemoteCursor.open(link, this, start, merged::wake).toCompletableFuture());
        }
        return CompletableFuture.allOf(openings.toArray(CompletableFuture[]::new))
                .<Cursor>thenApply(opened -> merged.over(
                        openings.stream().map(CompletableFuture::join).toList()))
                .whenComplete((cursor, failure) -> {
                    if (failure != null) {
                        openings.forEach(opening -> opening.thenAccept(RemoteCursor::close));
                    }
                });
    }

    /// Returns the path of something of this app, as `/v1/shop/events`.
    String path(String rest) {
        return "/v1/" + name + "/" + rest;
    }
}
