package dev.fanfare.history;

import dev.fanfare.Delivery;
import dev.fanfare.Position;
import dev.fanfare.spi.TopicName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One reader's way through one topic, over all its connections: each step must join the one before it.
///
/// `standing` is the place after all that the reader has been given or told to be missing. It is null as long as
/// that is not known: a pattern found a topic that was there before.
///
/// Threads: confined to the one that checks.
final class Track {
    private final String reader;
    private final TopicName topic;
    private final boolean named;
    private final Publications publications;
    private final Findings findings;
    private final JobTrack job;
    private final List<Entry.Saw> saws = new ArrayList<>();
    private @Nullable Position standing;
    private @Nullable Entry last;
    private int connection;
    private @Nullable Position top; // of this connection
    private Entry.@Nullable Ended end;
    private boolean rewound;
    private int repeatedOn; // the connection on which what was passed may come again

    /// Which reader and topic, and how it begins.
    ///
    /// @param named whether the reader named the topic, rather than find it by a pattern
    /// @param standing where it stands; null if that is not known
    record Begin(
            String reader,
            TopicName topic,
            boolean named,
            @Nullable Position standing) {}

    Track(Begin begin, Publications publications, Findings findings) {
        this.reader = begin.reader;
        this.topic = begin.topic;
        this.named = begin.named;
        this.standing = begin.standing;
        this.publications = publications;
        this.findings = findings;
        this.job = new JobTrack(begin.reader, begin.topic, findings);
    }

    String reader() {
        return reader;
    }

    TopicName topic() {
        return topic;
    }

    /// Returns the events that the reader still holds for true: what a store has lost since is not among them.
    List<Entry.Saw> saws() {
        return saws;
    }

    /// Tells whether the reader was told that the store has lost its tail.
    boolean isRewound() {
        return rewound;
    }

    @Nullable
    Position standing() {
        return standing;
    }

    Entry.@Nullable Ended end() {
        return end;
    }

    /// Tells whether the reader was told of an end that the store may have lost: it has gone, and nobody can tell it.
    boolean hasLeftWithWhatWasLost() {
        return end != null && publications.mayBeLost(end);
    }

    /// Tells whether the reader was given anything yet.
    boolean isAcquainted() {
        return last != null;
    }

    void take(Entry.Saw saw) {
        forgetIfReplaced(saw);
        Position at = saw.position();
        top = saw.connection().number() == connection ? top : null;
        connection = saw.connection().number();
        if (isAfterEnd(at)) {
            report(Invariant.I8, "an event after the end", saw);
        } else if (isPassed(at)) {
            takePassed(saw);
        } else {
            join(saw);
            compareWithAcknowledgement(saw);
            job.take(saw);
            saws.add(saw);
            stand(at, saw);
            top = at;
            end = null;
        }
    }

    /// A reader of a job is not told of gaps: the snapshot that it is given stands also for updates that the store has
    /// lost, and for an end.
    private void forgetIfReplaced(Entry.Saw saw) {
        boolean standsForAll = topic.isJob() && saw.marks().snapshot();
        if (standsForAll && last != null && publications.mayBeLost(last)) {
            saws.removeIf(publications::mayBeLost);
            job.forget();
            standing = null;
            top = null;
            end = null;
        }
    }

    /// A hub that said that it does not know where the reader stands may repeat, in order, what it has.
    private void takePassed(Entry.Saw saw) {
        Position at = saw.position();
        boolean here = top != null && top.epoch() == at.epoch() && top.offset() >= at.offset();
        if (here || repeatedOn != connection) {
            report(here ? Invariant.I4 : Invariant.I3, "an event that it had passed already", saw);
        }
        compareWithAcknowledgement(saw);
        top = at;
    }

    private boolean isAfterEnd(Position at) {
        return end != null && (named || end.position().epoch() == at.epoch());
    }

    private boolean isPassed(Position at) {
        return standing != null && standing.epoch() == at.epoch() && at.offset() <= standing.offset();
    }

    /// The event must follow what the reader has, but for the conflated ones that it names.
    private void join(Entry.Saw saw) {
        boolean standsForAll = topic.isJob() && saw.marks().snapshot();
        if (standing == null || standsForAll) {
            return;
        }
        Position at = saw.position();
        boolean begins = standing.equals(Position.NONE) || end != null;
        if (!begins && standing.epoch() != at.epoch()) {
            report(Invariant.I5, "another life of the topic without a gap", saw);
            return;
        }
        long before = begins ? 0 : standing.offset();
        long skipped = at.offset() - before - 1;
        if (skipped != saw.marks().conflated()) {
            report(
                    Invariant.I5,
                    skipped + " events left out, " + saw.marks().conflated() + " of them conflated, no gap",
                    saw);
        }
        requireNoneLost(saw, before, skipped == saw.marks().conflated());
    }

    private void requireNoneLost(Entry.Saw saw, long after, boolean conflated) {
        Position at = saw.position();
        for (Entry.Acked acked : publications.ackedBetween(topic, at.epoch(), after, at.offset())) {
            if (!conflated || !publications.isConflatable(acked.sending().id())) {
                report(Invariant.I1, "never got an acknowledged event", acked, saw);
            }
        }
    }

    /// What the store may have lost is compared once it is known whether the reader was told.
    private void compareWithAcknowledgement(Entry.Saw saw) {
        Entry.Acked acked = publications.mayBeLost(saw) ? null : publications.acked(topic, saw.position());
        if (acked != null && !acked.position().equals(saw.position()) && !rewound) {
            report(Invariant.I1, "got another event where one was acknowledged", acked, saw);
        }
    }

    void take(Entry.Missed missed) {
        requireTrueCount(missed);
        if (isRepetition(missed)) {
            repeatedOn = missed.connection().number();
            saws.removeIf(publications::mayBeLost);
        } else {
            requireSameStart(missed);
            forgetIfRewound(missed);
            stand(missed.to(), missed);
            end = null;
        }
    }

    /// A hub that could not be told where the reader stands says that something may be lost, and repeats some.
    private boolean isRepetition(Entry.Missed missed) {
        return missed.cause() == Delivery.Cause.UNKNOWN_POSITION && isPassed(missed.to());
    }

    private void requireTrueCount(Entry.Missed missed) {
        boolean oneLife = missed.from().epoch() == missed.to().epoch();
        long between = missed.to().offset() - missed.from().offset();
        if (oneLife && missed.count().isPresent() && missed.count().getAsLong() != between) {
            report(Invariant.I5, "a gap that counts wrongly: " + between + " events lie between its ends", missed);
        }
    }

    private void requireSameStart(Entry.Missed missed) {
        if (standing == null || missed.cause() == Delivery.Cause.UNKNOWN_POSITION) {
            return;
        }
        Position from = missed.from();
        boolean waiting = standing.equals(Position.NONE);
        long before = waiting ? 0 : standing.offset();
        boolean elsewhere = !waiting && standing.epoch() != from.epoch();
        if (elsewhere || from.offset() != before) {
            report(Invariant.I5, "a gap that begins elsewhere than the reader stands, at " + standing, missed);
            reportLost(publications.ackedBetween(topic, from.epoch(), before, from.offset() + 1), missed);
        }
    }

    private void forgetIfRewound(Entry.Missed missed) {
        if (missed.cause() == Delivery.Cause.REWOUND) {
            rewound = true;
            saws.removeIf(saw -> saw.position().epoch() == missed.from().epoch());
            top = null;
        }
    }

    void take(Entry.Ended ended) {
        if (end != null && end.position().epoch() == ended.position().epoch() && !isToldAgain(end, ended)) {
            report(Invariant.I8, "the end a second time", ended);
        }
        job.take(ended);
        requireAllDelivered(ended);
        stand(ended.position(), ended);
        end = ended;
    }

    /// Whoever comes back to a place where all is over may be told so once more.
    private static boolean isToldAgain(Entry.Ended first, Entry.Ended again) {
        return first.connection().number() < again.connection().number()
                && first.reason().equals(again.reason())
                && first.position().equals(again.position());
    }

    /// A drop takes an offset of its own, which no reader is given.
    private void requireAllDelivered(Entry.Ended ended) {
        Position at = ended.position();
        if (standing == null || standing.epoch() != at.epoch()) {
            return;
        }
        long last = ended.reason().equals("dropped") ? at.offset() - 1 : at.offset();
        if (standing.offset() < last) {
            report(Invariant.I5, "the end, with " + (last - standing.offset()) + " events before it left out", ended);
            reportLost(publications.ackedBetween(topic, at.epoch(), standing.offset(), last + 1), ended);
        }
    }

    private void reportLost(Collection<Entry.Acked> lost, Entry shownBy) {
        lost.forEach(acked -> report(Invariant.I1, "never got an acknowledged event", acked, shownBy));
    }

    private void stand(Position at, Entry entry) {
        standing = at;
        last = entry;
    }

    void report(Invariant invariant, String what, Entry... entries) {
        List<Entry> evidence = new ArrayList<>();
        if (last != null) {
            evidence.add(last);
        }
        evidence.addAll(List.of(entries));
        findings.add(invariant, topic, reader, what, evidence.toArray(Entry[]::new));
    }
}
