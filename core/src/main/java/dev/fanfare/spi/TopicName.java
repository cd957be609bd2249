package dev.fanfare.spi;

/// The full name of a topic: its app, and its name there. The two are never joined into one text.
///
/// @param name a topic's name, or `$jobs/<id>` for the topic that a job is
public record TopicName(String app, String name) {
    private static final String JOBS = "$jobs/";

    public TopicName {
        Names.requireApp(app);
        if (name.startsWith(JOBS)) {
            Names.requireJobId(name.substring(JOBS.length()));
        } else {
            Names.requireTopic(name);
        }
    }

    public static TopicName ofJob(String app, String jobId) {
        return new TopicName(app, JOBS + jobId);
    }

    /// Tells whether `name` is the topic of a job.
    public static boolean isJob(String name) {
        return name.startsWith(JOBS);
    }

    /// Returns the id of the job that the topic `name` is.
    public static String jobId(String name) {
        return name.substring(JOBS.length());
    }

    public boolean isJob() {
        return isJob(name);
    }
}
