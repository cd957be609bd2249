package dev.fanfare.redis;

import dev.fanfare.spi.TopicName;
import java.nio.charset.StandardCharsets;

/// The names of the keys and channels of one partition.
///
/// An app has no character U+001F in its name, so that what stands before the first one is the app.
final class Keys {
    private static final char SEPARATOR = '\u001f';

    private final String keys;
    private final String channels;
    private final byte[] topicChannels;

    /// @param prefix begins all names
    /// @param database the channels of a server are shared by its databases, so that all but the first are named
    /// @param tag of the partition
    Keys(String prefix, int database, String tag) {
        this.keys = prefix + ':' + tag;
        this.channels = database == 0 ? keys : prefix + ':' + tag + database + ':';
        this.topicChannels = Forms.utf8(channels + "c:");
    }

    byte[] head(TopicName topic) {
        return key("m:", topic);
    }

    byte[] history(TopicName topic) {
        return key("h:", topic);
    }

    byte[] snapshot(TopicName topic) {
        return key("s:", topic);
    }

    byte[] idempotency(TopicName topic, String key) {
        return Forms.utf8(keys + "i:" + topic.app() + SEPARATOR + topic.name() + SEPARATOR + key);
    }

    private byte[] key(String kind, TopicName topic) {
        return Forms.utf8(keys + kind + topic.app() + SEPARATOR + topic.name());
    }

    /// The names of an app's topics.
    byte[] index(String app) {
        return Forms.utf8(keys + "t:" + app);
    }

    /// Returns the app that an index is of.
    String appOf(byte[] index) {
        return new String(index, StandardCharsets.UTF_8).substring(beforeTopic());
    }

    byte[] session(String session) {
        return Forms.utf8(keys + "n:" + session);
    }

    /// Tells in which form everything is kept.
    byte[] format() {
        return Forms.utf8(keys + "format");
    }

    /// How much of the key of a head comes before its topic.
    int beforeTopic() {
        return keys.length() + 2;
    }

    /// What comes before the topic in the name of its channel.
    byte[] topicChannels() {
        return topicChannels;
    }

    /// Channels are handled as texts of one character a byte.
    String channel(TopicName topic) {
        return bytewise(channels + "c:" + topic.app() + SEPARATOR + topic.name());
    }

    String appChannel(String app) {
        return channels + "a:" + app;
    }

    String ownChannel(String node) {
        return channels + "n:" + node;
    }

    private static String bytewise(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(String channel) {
        return channel.getBytes(StandardCharsets.ISO_8859_1);
    }
}
