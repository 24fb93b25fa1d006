package dev.connectome.controller.launch;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several launchers as one. The failure of one does not keep the others from working. */
public final class Launchers implements Launcher {

  private static final Logger LOG = LoggerFactory.getLogger(Launchers.class);

  private final List<Launcher> launchers;

  public Launchers(List<Launcher> launchers) {
    this.launchers = List.copyOf(launchers);
  }

  @Override
  public void validate() {
    launchers.forEach(Launcher::validate);
  }

  @Override
  public void adopt() {
    launchers.forEach(Launcher::adopt);
  }

  @Override
  public void tick() {
    for (Launcher launcher : launchers) {
      try {
        launcher.tick();
      } catch (RuntimeException e) {
        LOG.warn(
            "launch failed, will be retried launcher={} error=\"{}\"",
            launcher.getClass().getSimpleName(),
            e.toString());
      }
    }
  }

  @Override
  public boolean terminate(UUID runUid, int attempt) {
    return launchers.stream().anyMatch(launcher -> launcher.terminate(runUid, attempt));
  }

  @Override
  public Optional<InputStream> log(UUID runUid, int attempt, boolean follow) {
    return launchers.stream()
        .flatMap(launcher -> launcher.log(runUid, attempt, follow).stream())
        .findFirst();
  }

  @Override
  public void close() {
    launchers.forEach(Launcher::close);
  }
}
