package dev.fanfare.history;

import dev.fanfare.Position;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.spi.TopicName;
import org.jspecify.annotations.Nullable;

/// What one reader was told of one job: within an attempt its progress never falls, and its terminal update is the
/// last.
///
/// Threads: confined to the one that checks.
final class JobTrack {
    private final String reader;
    private final TopicName topic;
    private final Findings findings;
    private Entry.@Nullable Saw last;
    private double highest;

    JobTrack(String reader, TopicName topic, Findings findings) {
        this.reader = reader;
        this.topic = topic;
        this.findings = findings;
    }

    /// What was told is void: the store has lost it.
    void forget() {
        last = null;
    }

    void take(Entry.Saw saw) {
        saw.marks().job().ifPresent(mark -> take(saw, mark));
    }

    private void take(Entry.Saw saw, JobMark mark) {
        Entry.Saw before = sameAttempt(saw.position());
        double progress = mark.progress().orElse(before == null ? 0 : highest);
        if (before != null && progress < highest) {
            findings.add(Invariant.I8, topic, reader, "progress fell from " + highest, before, saw);
        }
        if (before != null && status(before).isTerminal()) {
            findings.add(Invariant.I8, topic, reader, "an update after the terminal one", before, saw);
        }
        highest = progress;
        last = saw;
    }

    /// An end that is no drop says the terminal status that the reader has just been told.
    void take(Entry.Ended ended) {
        Entry.Saw before = sameAttempt(ended.position());
        boolean dropped = ended.reason().equals("dropped");
        if (before != null && !dropped && !status(before).wireName().equals(ended.reason())) {
            findings.add(Invariant.I8, topic, reader, "an end that is not the job's last update", before, ended);
        }
    }

    private Entry.@Nullable Saw sameAttempt(Position at) {
        Entry.Saw before = last;
        return before != null && before.position().epoch() == at.epoch() ? before : null;
    }

    private static JobStatus status(Entry.Saw saw) {
        return saw.marks().job().orElseThrow().status();
    }
}
