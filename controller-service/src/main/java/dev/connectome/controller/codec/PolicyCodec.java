package dev.connectome.controller.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.controller.stopping.DecisionReason;
import dev.connectome.controller.stopping.DiminishingRule;
import dev.connectome.controller.stopping.NeverRule;
import dev.connectome.controller.stopping.PatienceRule;
import dev.connectome.controller.stopping.PlateauRule;
import dev.connectome.controller.stopping.StopDecision;
import dev.connectome.controller.stopping.StoppingPolicy;
import dev.connectome.controller.stopping.StoppingRule;
import dev.connectome.controller.store.DecisionRow;
import dev.connectome.protos.run.v1.MonitorMode;
import dev.connectome.protos.run.v1.SeriesPoint;
import dev.connectome.protos.run.v1.StoppingDecision;
import java.util.OptionalDouble;

/** Stopping policies and decisions. */
public final class PolicyCodec {

  private PolicyCodec() {}

  /**
   * Reads a policy; what is unset takes its default.
   *
   * @param message the policy
   * @return the policy
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public static StoppingPolicy policy(dev.connectome.protos.run.v1.StoppingPolicy message) {
    StoppingRule rule = rule(message);
    return new StoppingPolicy(
        message.getPolicyId().isEmpty() ? rule.name() : message.getPolicyId(),
        message.getMonitor().isEmpty() ? StoppingPolicy.DEFAULT_MONITOR : message.getMonitor(),
        rule);
  }

  private static StoppingRule rule(dev.connectome.protos.run.v1.StoppingPolicy message) {
    return switch (message.getRuleCase()) {
      case NEVER -> new NeverRule();
      case PATIENCE -> patience(message.getPatience());
      case PLATEAU -> {
        var settings = message.getPlateau();
        PlateauRule defaults = PlateauRule.DEFAULT;
        yield new PlateauRule(
            settings.hasFraction() ? settings.getFraction() : defaults.fraction(),
            settings.hasConfirm() ? settings.getConfirm() : defaults.confirm());
      }
      case DIMINISHING -> diminishing(message.getDiminishing());
      case RULE_NOT_SET -> DiminishingRule.DEFAULT;
    };
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
    return message.build();
  }

  /**
   * Reads a decision that was stored.
   *
   * @param row the row
   * @return the decision, complete
   */
  static StoppingDecision decision(DecisionRow row) {
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
