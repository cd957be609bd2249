package dev.fanfare.redis;

import dev.fanfare.spi.TopicName;

/// How topics are spread. A cluster keeps keys together by the text between braces in their names, the tag: each topic
/// belongs to one of 256 tags, which are chosen so that they lie evenly over the cluster's slots. A single server needs
/// no tag, and all topics are in one partition.
final class Partitions {
    static final int IN_CLUSTER = 256;
    static final int SLOTS = 16384;

    private final String[] tags;

    private Partitions(String[] tags) {
        this.tags = tags;
    }

    static Partitions one() {
        return new Partitions(new String[] {""});
    }

    static Partitions ofCluster() {
        String[] tags = new String[IN_CLUSTER];
        int found = 0;
        for (int number = 0; found < IN_CLUSTER; number++) {
            int partition = slot("p" + number) / (SLOTS / IN_CLUSTER);
            if (tags[partition] == null) {
                tags[partition] = "{p" + number + "}:";
                found++;
            }
        }
        return new Partitions(tags);
    }

    int count() {
        return tags.length;
    }

    /// Returns the partition that the topic is in, the same for all nodes and all time.
    int of(TopicName topic) {
        return tags.length == 1
                ? 0
                : Math.floorMod(31 * topic.app().hashCode() + topic.name().hashCode(), tags.length);
    }

    /// Returns what comes before everything else in the names of the partition's keys.
    String tag(int partition) {
        return tags[partition];
    }

    /// Returns the slot of a partition, of which each has 64.
    int slotOf(int partition) {
        String tag = tags[partition];
        return slot(tag.substring(1, tag.indexOf('}')));
    }

    /// CRC-16/XMODEM, as a cluster computes it.
    private static int slot(String key) {
        int crc = 0;
        for (int i = 0; i < key.length(); i++) {
            crc ^= key.charAt(i) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ 0x1021;
            }
        }
        return (crc & 0xffff) % SLOTS;
    }
}
