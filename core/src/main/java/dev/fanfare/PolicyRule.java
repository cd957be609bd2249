package dev.fanfare;

/// What the topics of an app keep whose names match a pattern.
record PolicyRule(String app, TopicPattern pattern, TopicPolicy policy) {}
