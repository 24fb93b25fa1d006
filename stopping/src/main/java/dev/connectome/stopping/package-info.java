/**
 * When a training has learned enough: series, stopping rules, decisions and stages.
 *
 * <p>Everything here is a pure function of a run's recorded history. Nothing reads a clock, keeps
 * state between two calls or knows where the history comes from, so a restart changes no decision
 * and any recorded run can be judged again by any rule.
 */
@NullMarked
package dev.connectome.stopping;

import org.jspecify.annotations.NullMarked;
