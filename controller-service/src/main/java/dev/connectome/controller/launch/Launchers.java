package dev.connectome.controller.launch;

import dev.connectome.controller.run.LauncherType;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The launchers of this controller. The failure of one does not keep the others from working. */
public final class Launchers implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Launchers.class);

  private final Map<LauncherType, Launcher> launchers;

  public Launchers(Map<LauncherType, Launcher> launchers) {
    this.launchers = new EnumMap<>(launchers);
  }

  /**
   * Checks the settings of each. Called once, before {@link #adopt}.
   *
   * @throws IllegalArgumentException if they cannot work; the message is for the operator
   */
  public void validate() {
    launchers.values().forEach(Launcher::validate);
  }

  public void adopt() {
    launchers.values().forEach(Launcher::adopt);
  }

  /**
   * Lets each work.
   *
   * @throws RuntimeException the first failure, once all have worked
   */
  public void tick() {
    var failures = new ArrayList<RuntimeException>();
    for (Launcher launcher : launchers.values()) {
      try {
        launcher.tick();
      } catch (RuntimeException e) {
        LOG.warn(
            "launch failed, will be retried launcher={} error=\"{}\"",
            launcher.getClass().getSimpleName(),
            e.toString());
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
  }

  /** See {@link Launcher#tidy}. */
  public void tidy() {
    launchers.values().forEach(Launcher::tidy);
  }

  /**
   * Nobody here ends external trainers; another controller may have a launcher that is not here.
   */
  public Launcher.Ending end(LauncherType type, UUID runUid, int attempt) {
    if (type == LauncherType.EXTERNAL) {
      return Launcher.Ending.NO;
    }
    Launcher launcher = launchers.get(type);
    return launcher == null ? Launcher.Ending.UNKNOWN : launcher.end(runUid, attempt);
  }

  /** See {@link Launcher#log}. */
  public Optional<InputStream> log(UUID runUid, int attempt, boolean follow) {
    return launchers.values().stream()
        .flatMap(launcher -> launcher.log(runUid, attempt, follow).stream())
        .findFirst();
  }

  @Override
  public void close() {
    launchers.values().forEach(Launcher::close);
  }
}
