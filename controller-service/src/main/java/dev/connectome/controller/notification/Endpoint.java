package dev.connectome.controller.notification;

import dev.connectome.controller.run.Notice;
import dev.connectome.controller.store.DeliveryRow;

/** Where notifications go. */
interface Endpoint extends AutoCloseable {

  /** What became of a delivery. */
  enum Result {
    TAKEN,
    /** The endpoint does not take this one. */
    REFUSED,
    /** The endpoint does not take any now. */
    AWAY
  }

  /** What the endpoint said, for people where it did not take the delivery. */
  record Answer(Result result, String message) {
    static final Answer TAKEN = new Answer(Result.TAKEN, "");

    static Answer away(String message) {
      return new Answer(Result.AWAY, message);
    }
  }

  /** Unique among the endpoints; stored. */
  String name();

  boolean wants(Notice notice);

  /** Sends it and waits for the answer, for a limited time. */
  Answer send(DeliveryRow delivery) throws InterruptedException;

  @Override
  void close();
}
