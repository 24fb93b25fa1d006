package dev.connectome.controller.faults;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that can fail, in any order: {@code -Dfaults.simulation=PT8M} says for how long,
 * {@code -Dfaults.seed=} a number, or {@code random}, which faults. What happened is written to
 * {@code target/fault-simulation.txt}.
 */
class RandomFaultsIT {

  private static final Path STORY = Path.of("target", "fault-simulation.txt");

  @TempDir Path directory;

  @Test
  void whateverFailsTheInvariantsHold() throws Exception {
    String asked = System.getProperty("faults.seed", "1");
    long seed =
        asked.equals("random") ? ThreadLocalRandom.current().nextInt() : Long.parseLong(asked);
    Duration time = Duration.parse(System.getProperty("faults.simulation", "PT10S"));
    Path processes = directory.resolve("runs");
    Map<String, String> settings = new HashMap<>(DeafProcesses.settings(processes));
    settings.put("connectome.stop-grace", "4s");
    try (FaultWorld world = FaultWorld.startWithBroker(directory.resolve("broker"), 2, settings)) {
      var simulation = new FaultSimulation(world, processes, seed);
      try {
        simulation.live(time);
        simulation.comeToRest();
        world.invariants().check();
        simulation.tell("seed %d, %s: the invariants hold", seed, time);
      } catch (AssertionError | Exception e) {
        throw new AssertionError(
            "with -Dfaults.seed=%d, after:%n%s"
                .formatted(seed, String.join("\n", simulation.story())),
            e);
      } finally {
        Files.write(STORY, simulation.story());
      }
    }
  }
}
