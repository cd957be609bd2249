package dev.fanfare;

import dev.fanfare.spi.TopicName;
import java.util.List;

/// Finds a topic's policy: the first rule that matches, else the default.
record Policies(List<PolicyRule> rules, TopicPolicy byDefault) {
    TopicPolicy of(TopicName topic) {
        for (PolicyRule rule : rules) {
            if (rule.app().equals(topic.app()) && rule.pattern().matches(topic.name())) {
                return rule.policy();
            }
        }
        return byDefault;
    }
}
