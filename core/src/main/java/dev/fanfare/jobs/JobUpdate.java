package dev.fanfare.jobs;

import dev.fanfare.InvalidValueException;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.wire.DeliveryReader;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/// What a job's watcher gets: the job's whole state after a change.
///
/// @param timestamp when the change was stored, by the store's clock
/// @param position where it stands in the job's log
/// @param snapshot whether it stands for all that led to it, rather than for one change
/// @param conflated how many updates of mere progress before it this reader was spared
public record JobUpdate(
        String jobId, JobState state, Instant timestamp, Position position, boolean snapshot, int conflated) {
    public JobUpdate {
        Names.requireJobId(jobId);
        if (conflated < 0) {
            throw new IllegalArgumentException("conflated must not be negative: " + conflated);
        }
    }

    JobUpdate(String jobId, JobState state, Instant timestamp, Position position) {
        this(jobId, state, timestamp, position, false, 0);
    }

    /// Reads an event of a job's topic.
    public static JobUpdate of(Received received) {
        return new JobUpdate(
                TopicName.jobId(received.topic()),
                JobState.parse(received.stored().message()),
                received.publishedAt(),
                received.position(),
                received.isSnapshot(),
                received.conflated());
    }

    /// Reads the JSON object that [#json()] returns; fields that it does not know are passed over.
    ///
    /// @throws InvalidValueException if it is not one
    public static JobUpdate parse(Bytes json) {
        return of(DeliveryReader.received(json));
    }

    /// Returns the JSON form of the protocol, the same on every wire.
    public Bytes json() {
        StoredEvent event = new StoredEvent(
                position.epoch(), position.offset(), 0, position.tag(), 0, timestamp, null, false, state.json());
        Received received = Received.of("$jobs/" + jobId, event).afterConflating(conflated);
        return (snapshot ? received.asSnapshot() : received).json();
    }

    public JobStatus status() {
        return state.status();
    }

    /// Returns 0 to 1; empty when unknown.
    public OptionalDouble progress() {
        return state.progress();
    }

    public Optional<String> message() {
        return Optional.ofNullable(state.message());
    }

    /// Returns what came of the job: JSON, minified.
    public Optional<String> results() {
        return Optional.ofNullable(state.results()).map(Bytes::utf8);
    }

    public Optional<String> error() {
        return Optional.ofNullable(state.error());
    }

    public int attempt() {
        return state.attempt();
    }

    /// Tells whether this is the last update of its attempt.
    public boolean isEnded() {
        return state.status().isTerminal();
    }
}
