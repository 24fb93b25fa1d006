package dev.connectome.controller.loop;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/** All loops of this process. */
public final class Loops {

  private final InstantSource clock;
  private final BiConsumer<String, Error> onError;
  private final List<Loop> loops = new CopyOnWriteArrayList<>();

  /**
   * @param onError called with the name of a loop that an error has ended
   */
  public Loops(InstantSource clock, BiConsumer<String, Error> onError) {
    this.clock = clock;
    this.onError = onError;
  }

  /**
   * Adds a loop.
   *
   * @param maxAge how long it may take from one pass to the next
   */
  public Loop add(String name, Duration maxAge) {
    var loop = new Loop(name, maxAge, clock, onError);
    loops.add(loop);
    return loop;
  }

  public List<Loop> all() {
    return List.copyOf(loops);
  }
}
