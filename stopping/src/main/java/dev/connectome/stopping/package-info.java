/**
 * When a training run has learned enough: series, stopping rules, decisions, stages and replays.
 *
 * <p>Every decision is a pure function of a run's recorded history: nothing here reads a clock or
 * knows where the history comes from. So a restart changes no decision, and any policy can be
 * replayed on any recorded run.
 *
 * <p>A {@link dev.connectome.stopping.StoppingRule} reads one {@link
 * dev.connectome.stopping.Series}; a {@link dev.connectome.stopping.StoppingPolicy} is a rule with
 * the name of its series, or several policies together, and reads a {@link
 * dev.connectome.stopping.RunHistory}. Both are evaluated as folds, which can be kept and advanced
 * as a run goes on.
 */
@NullMarked
package dev.connectome.stopping;

import org.jspecify.annotations.NullMarked;
