package dev.fanfare.client;

import dev.fanfare.spi.Quote;

/// What a call is about, so that its failure can say so.
///
/// @param doing as `publishing to topic "orders/42"`
/// @param name of the topic, or the id of the job; empty for neither
/// @param attempt the attempt that a change of a job names; 0 for none
record Subject(String doing, String name, int attempt) {
    static Subject topic(String doing, String topic) {
        return new Subject(doing + " topic " + Quote.of(topic), topic, 0);
    }

    static Subject job(String doing, String id) {
        return new Subject(doing + " job " + Quote.of(id), id, 0);
    }

    static Subject of(String doing) {
        return new Subject(doing, "", 0);
    }

    Subject attempt(int named) {
        return new Subject(doing, name, named);
    }
}
