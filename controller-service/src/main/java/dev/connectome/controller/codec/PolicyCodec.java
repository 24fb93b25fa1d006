package dev.connectome.controller.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.controller.stopping.CombinedPolicy;
import dev.connectome.controller.stopping.DecisionReason;
import dev.connectome.controller.stopping.DiminishingRule;
import dev.connectome.controller.stopping.NeverRule;
import dev.connectome.controller.stopping.PatienceRule;
import dev.connectome.controller.stopping.PlateauRule;
import dev.connectome.controller.stopping.SeriesPolicy;
import dev.connectome.controller.stopping.StopDecision;
import dev.connectome.controller.stopping.StoppingPolicy;
import dev.connectome.controller.stopping.StoppingRule;
import dev.connectome.controller.stopping.TroughRule;
import dev.connectome.controller.store.DecisionRow;
import dev.connectome.protos.run.v1.MonitorMode;
import dev.connectome.protos.run.v1.SeriesPoint;
import dev.connectome.protos.run.v1.StoppingDecision;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** Stopping policies and decisions. */
public final class PolicyCodec {

  /** How deep policies may lie in one another; the outermost is at depth 1. */
  private static final int MAX_DEPTH = 5;

  private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,63}");

  private PolicyCodec() {}

  /**
   * Reads a policy; what is unset takes its default.
   *
   * @param message the policy
   * @return the policy
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public static StoppingPolicy policy(dev.connectome.protos.run.v1.StoppingPolicy message) {
    return policy(message, 1);
  }

  private static StoppingPolicy policy(
      dev.connectome.protos.run.v1.StoppingPolicy message, int depth) {
    return switch (message.getRuleCase()) {
      case ANY ->
          combined(message, CombinedPolicy.Mode.ANY, message.getAny().getPoliciesList(), depth);
      case ALL ->
          combined(message, CombinedPolicy.Mode.ALL, message.getAll().getPoliciesList(), depth);
      case NEVER -> series(message, new NeverRule());
      case PATIENCE -> series(message, patience(message.getPatience()));
      case PLATEAU -> series(message, plateau(message.getPlateau()));
      case DIMINISHING -> series(message, diminishing(message.getDiminishing()));
      case TROUGH -> series(message, trough(message.getTrough()));
      case RULE_NOT_SET -> series(message, DiminishingRule.DEFAULT);
    };
  }

  private static StoppingPolicy combined(
      dev.connectome.protos.run.v1.StoppingPolicy message,
      CombinedPolicy.Mode mode,
      List<dev.connectome.protos.run.v1.StoppingPolicy> members,
      int depth) {
    if (!message.getMonitor().isEmpty()) {
      throw new IllegalArgumentException(
          "monitor must be empty for %s, whose policies have their own, not \"%s\""
              .formatted(mode.rule(), message.getMonitor()));
    }
    if (depth == MAX_DEPTH) {
      throw new IllegalArgumentException(
          "policies must be nested at most %d deep".formatted(MAX_DEPTH));
    }
    return new CombinedPolicy(
        id(message, mode.rule()),
        mode,
        members.stream().map(member -> policy(member, depth + 1)).toList());
  }

  private static StoppingPolicy series(
      dev.connectome.protos.run.v1.StoppingPolicy message, StoppingRule rule) {
    return new SeriesPolicy(
        id(message, rule.name()),
        message.getMonitor().isEmpty() ? StoppingPolicy.DEFAULT_MONITOR : message.getMonitor(),
        rule);
  }

  private static String id(dev.connectome.protos.run.v1.StoppingPolicy message, String otherwise) {
    String id = message.getPolicyId().isEmpty() ? otherwise : message.getPolicyId();
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "policy_id must be lower-case letters, digits and hyphens, at most 63, not \"%s\""
              .formatted(id));
    }
    return id;
  }

  /**
   * Writes the names that a policy takes by default into it.
   *
   * @param message the policy
   * @return the policy with the ids and monitors of itself and its members
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public static dev.connectome.protos.run.v1.StoppingPolicy withNames(
      dev.connectome.protos.run.v1.StoppingPolicy message) {
    return named(message, policy(message));
  }

  private static dev.connectome.protos.run.v1.StoppingPolicy named(
      dev.connectome.protos.run.v1.StoppingPolicy message, StoppingPolicy policy) {
    var named = message.toBuilder().setPolicyId(policy.id());
    if (policy instanceof SeriesPolicy series) {
      return named.setMonitor(series.monitor()).build();
    }
    List<StoppingPolicy> members = ((CombinedPolicy) policy).members();
    for (int i = 0; i < members.size(); i++) {
      if (message.hasAny()) {
        named
            .getAnyBuilder()
            .setPolicies(i, named(message.getAny().getPolicies(i), members.get(i)));
      } else {
        named
            .getAllBuilder()
            .setPolicies(i, named(message.getAll().getPolicies(i), members.get(i)));
      }
    }
    return named.build();
  }

  private static PlateauRule plateau(dev.connectome.protos.run.v1.PlateauRule settings) {
    PlateauRule defaults = PlateauRule.DEFAULT;
    return new PlateauRule(
        settings.hasFraction() ? settings.getFraction() : defaults.fraction(),
        settings.hasConfirm() ? settings.getConfirm() : defaults.confirm());
  }

  private static DiminishingRule diminishing(
      dev.connectome.protos.run.v1.DiminishingRule settings) {
    DiminishingRule defaults = DiminishingRule.DEFAULT;
    return new DiminishingRule(
        settings.hasSmoothing() ? settings.getSmoothing() : defaults.smoothing(),
        settings.hasPeakFraction() ? settings.getPeakFraction() : defaults.peakFraction(),
        settings.hasWindow() ? settings.getWindow() : defaults.window(),
        settings.hasMinRelativeDrop() ? settings.getMinRelativeDrop() : defaults.minRelativeDrop(),
        settings.hasConfirm() ? settings.getConfirm() : defaults.confirm());
  }

  private static TroughRule trough(dev.connectome.protos.run.v1.TroughRule settings) {
    TroughRule defaults = TroughRule.DEFAULT;
    return new TroughRule(
        settings.hasSmoothing() ? settings.getSmoothing() : defaults.smoothing(),
        settings.hasPeakFraction() ? settings.getPeakFraction() : defaults.peakFraction(),
        settings.hasConfirm() ? settings.getConfirm() : defaults.confirm());
  }

  private static PatienceRule patience(dev.connectome.protos.run.v1.PatienceRule settings) {
    PatienceRule defaults = PatienceRule.DEFAULT;
    return new PatienceRule(
        settings.getMode() == MonitorMode.MONITOR_MODE_MAX
            ? PatienceRule.Mode.MAX
            : PatienceRule.Mode.MIN,
        settings.hasMinDelta() ? settings.getMinDelta() : defaults.minDelta(),
        settings.hasPatience() ? settings.getPatience() : defaults.patience(),
        settings.hasStartFromEpoch() ? settings.getStartFromEpoch() : defaults.startFromEpoch(),
        settings.hasBaseline() ? OptionalDouble.of(settings.getBaseline()) : OptionalDouble.empty(),
        settings.hasStoppingThreshold()
            ? OptionalDouble.of(settings.getStoppingThreshold())
            : OptionalDouble.empty(),
        settings.hasDivergenceThreshold()
            ? OptionalDouble.of(settings.getDivergenceThreshold())
            : OptionalDouble.empty(),
        settings.hasCheckFinite() ? settings.getCheckFinite() : defaults.checkFinite(),
        settings.hasRestoreBest() ? settings.getRestoreBest() : defaults.restoreBest());
  }

  /**
   * Writes a decision.
   *
   * @param decision the decision
   * @return the message, without the time and whether it is a shadow's, which are stored beside it
   */
  public static StoppingDecision decision(StopDecision decision) {
    var message =
        StoppingDecision.newBuilder()
            .setPolicyId(decision.policyId())
            .setRule(decision.rule())
            .setMonitor(decision.monitor())
            .setReason(reason(decision.reason()))
            .setMessage(decision.message())
            .setStopEpoch(decision.stopEpoch());
    decision.restoreEpoch().ifPresent(message::setRestoreEpoch);
    decision
        .evidence()
        .forEach(
            point ->
                message.addEvidence(
                    SeriesPoint.newBuilder().setEpoch(point.epoch()).setValue(point.value())));
    decision.members().forEach(member -> message.addMembers(decision(member)));
    return message.build();
  }

  /**
   * Writes a decision as it is stored.
   *
   * @param row the decision
   * @return the message
   */
  public static StoppingDecision decision(DecisionRow row) {
    try {
      return StoppingDecision.parseFrom(row.decision()).toBuilder()
          .setShadow(!row.enforced())
          .setDecideTime(Times.timestamp(row.decideTime()))
          .build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a stored decision cannot be read", e);
    }
  }

  private static dev.connectome.protos.run.v1.DecisionReason reason(DecisionReason reason) {
    return dev.connectome.protos.run.v1.DecisionReason.valueOf("DECISION_REASON_" + reason.name());
  }
}
