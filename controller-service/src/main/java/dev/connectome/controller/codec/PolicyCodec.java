package dev.connectome.controller.codec;

import dev.connectome.protos.run.v1.AllRule;
import dev.connectome.protos.run.v1.AnyRule;
import dev.connectome.protos.run.v1.MonitorMode;
import dev.connectome.stopping.CombinedPolicy;
import dev.connectome.stopping.DefaultPolicy;
import dev.connectome.stopping.DiminishingRule;
import dev.connectome.stopping.FlatRule;
import dev.connectome.stopping.NeverRule;
import dev.connectome.stopping.PatienceRule;
import dev.connectome.stopping.PlateauRule;
import dev.connectome.stopping.SeriesPolicy;
import dev.connectome.stopping.SlowingRule;
import dev.connectome.stopping.StoppingPolicy;
import dev.connectome.stopping.StoppingRule;
import dev.connectome.stopping.TroughRule;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** Stopping policies. */
public final class PolicyCodec {

  /** The outermost policy is at depth 1. */
  private static final int MAX_DEPTH = 5;

  private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,63}");

  private PolicyCodec() {}

  /**
   * Reads a policy, with defaults for what is unset.
   *
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
      case SLOWING -> series(message, slowing(message.getSlowing()));
      case FLAT -> series(message, flat(message.getFlat()));
      case RULE_NOT_SET -> withoutRule(message, depth);
    };
  }

  private static StoppingPolicy withoutRule(
      dev.connectome.protos.run.v1.StoppingPolicy message, int depth) {
    if (!message.getMonitor().isEmpty()) {
      return series(message, DiminishingRule.DEFAULT);
    }
    checkDepth(depth);
    CombinedPolicy standard = DefaultPolicy.get();
    return new CombinedPolicy(id(message, standard.id()), standard.mode(), standard.members());
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
    checkDepth(depth);
    return new CombinedPolicy(
        id(message, mode.rule()),
        mode,
        members.stream().map(member -> policy(member, depth + 1)).toList());
  }

  /** A policy with members may not be at the deepest level. */
  private static void checkDepth(int depth) {
    if (depth == MAX_DEPTH) {
      throw new IllegalArgumentException(
          "policies must be nested at most %d deep".formatted(MAX_DEPTH));
    }
  }

  private static StoppingPolicy series(
      dev.connectome.protos.run.v1.StoppingPolicy message, StoppingRule rule) {
    return new SeriesPolicy(
        id(message, rule.name()),
        message.getMonitor().isEmpty() ? rule.defaultMonitor() : message.getMonitor(),
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
   * Writes the defaults into a policy, so that a later version with other defaults does not change
   * it.
   *
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public static dev.connectome.protos.run.v1.StoppingPolicy complete(
      dev.connectome.protos.run.v1.StoppingPolicy message) {
    return message(policy(message));
  }

  static dev.connectome.protos.run.v1.StoppingPolicy message(StoppingPolicy policy) {
    var message = dev.connectome.protos.run.v1.StoppingPolicy.newBuilder().setPolicyId(policy.id());
    if (policy instanceof CombinedPolicy combined) {
      List<dev.connectome.protos.run.v1.StoppingPolicy> members =
          combined.members().stream().map(PolicyCodec::message).toList();
      return switch (combined.mode()) {
        case ANY -> message.setAny(AnyRule.newBuilder().addAllPolicies(members)).build();
        case ALL -> message.setAll(AllRule.newBuilder().addAllPolicies(members)).build();
      };
    }
    SeriesPolicy series = (SeriesPolicy) policy;
    message.setMonitor(series.monitor());
    if (series.rule() instanceof DiminishingRule rule) {
      message.setDiminishing(message(rule));
    } else if (series.rule() instanceof PatienceRule rule) {
      message.setPatience(message(rule));
    } else if (series.rule() instanceof PlateauRule rule) {
      message.setPlateau(message(rule));
    } else if (series.rule() instanceof TroughRule rule) {
      message.setTrough(message(rule));
    } else if (series.rule() instanceof SlowingRule rule) {
      message.setSlowing(message(rule));
    } else if (series.rule() instanceof FlatRule rule) {
      message.setFlat(message(rule));
    } else {
      message.setNever(dev.connectome.protos.run.v1.NeverRule.getDefaultInstance());
    }
    return message.build();
  }

  private static dev.connectome.protos.run.v1.PlateauRule message(PlateauRule rule) {
    return dev.connectome.protos.run.v1.PlateauRule.newBuilder()
        .setFraction(rule.fraction())
        .setConfirm(rule.confirm())
        .build();
  }

  private static dev.connectome.protos.run.v1.DiminishingRule message(DiminishingRule rule) {
    return dev.connectome.protos.run.v1.DiminishingRule.newBuilder()
        .setSmoothing(rule.smoothing())
        .setPeakFraction(rule.peakFraction())
        .setWindow(rule.window())
        .setMinRelativeDrop(rule.minRelativeDrop())
        .setConfirm(rule.confirm())
        .build();
  }

  private static dev.connectome.protos.run.v1.TroughRule message(TroughRule rule) {
    return dev.connectome.protos.run.v1.TroughRule.newBuilder()
        .setSmoothing(rule.smoothing())
        .setPeakFraction(rule.peakFraction())
        .setConfirm(rule.confirm())
        .build();
  }

  private static dev.connectome.protos.run.v1.SlowingRule message(SlowingRule rule) {
    return dev.connectome.protos.run.v1.SlowingRule.newBuilder()
        .setSmoothing(rule.smoothing())
        .setMinFall(rule.minFall())
        .setWindow(rule.window())
        .setMaxPace(rule.maxPace())
        .setConfirm(rule.confirm())
        .build();
  }

  private static dev.connectome.protos.run.v1.FlatRule message(FlatRule rule) {
    return dev.connectome.protos.run.v1.FlatRule.newBuilder()
        .setWindow(rule.window())
        .setMinFall(rule.minFall())
        .setSignificance(rule.significance())
        .build();
  }

  private static dev.connectome.protos.run.v1.PatienceRule message(PatienceRule rule) {
    var message =
        dev.connectome.protos.run.v1.PatienceRule.newBuilder()
            .setMode(
                rule.mode() == PatienceRule.Mode.MAX
                    ? MonitorMode.MONITOR_MODE_MAX
                    : MonitorMode.MONITOR_MODE_MIN)
            .setMinDelta(rule.minDelta())
            .setPatience(rule.patience())
            .setStartFromEpoch(rule.startFromEpoch())
            .setCheckFinite(rule.checkFinite())
            .setRestoreBest(rule.restoreBest());
    rule.baseline().ifPresent(message::setBaseline);
    rule.stoppingThreshold().ifPresent(message::setStoppingThreshold);
    rule.divergenceThreshold().ifPresent(message::setDivergenceThreshold);
    return message.build();
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

  private static SlowingRule slowing(dev.connectome.protos.run.v1.SlowingRule settings) {
    SlowingRule defaults = SlowingRule.DEFAULT;
    return new SlowingRule(
        settings.hasSmoothing() ? settings.getSmoothing() : defaults.smoothing(),
        settings.hasMinFall() ? settings.getMinFall() : defaults.minFall(),
        settings.hasWindow() ? settings.getWindow() : defaults.window(),
        settings.hasMaxPace() ? settings.getMaxPace() : defaults.maxPace(),
        settings.hasConfirm() ? settings.getConfirm() : defaults.confirm());
  }

  private static FlatRule flat(dev.connectome.protos.run.v1.FlatRule settings) {
    FlatRule defaults = FlatRule.DEFAULT;
    return new FlatRule(
        settings.hasWindow() ? settings.getWindow() : defaults.window(),
        settings.hasMinFall() ? settings.getMinFall() : defaults.minFall(),
        settings.hasSignificance() ? settings.getSignificance() : defaults.significance());
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
}
