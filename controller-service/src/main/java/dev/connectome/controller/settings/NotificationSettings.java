package dev.connectome.controller.settings;

import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings below {@code connectome.notifications.}: who is told what happens. */
public interface NotificationSettings {

  /** Whether there is a record in the topic {@code connectome.events.v1} for each notification. */
  @WithDefault("false")
  boolean kafka();

  /** Addresses to which notifications are posted, by names of your choice. */
  Map<String, Webhook> webhooks();

  /** Pause after the first failure; it doubles with each further one. */
  @WithDefault("1s")
  Duration firstPause();

  /** Pauses grow no longer than this. */
  @WithDefault("10m")
  Duration longestPause();

  /** What an endpoint has not taken after this time is deleted. */
  @WithDefault("72h")
  Duration giveUpAfter();

  /** An address. */
  interface Webhook {
    /** With http or https. */
    URI url();

    /** A file with the secret that deliveries are signed with; it is read at each delivery. */
    Path secretFile();

    /**
     * What it is told: decided, stopped, failed, lost, completed, enforcement-changed. Unset:
     * everything.
     */
    Optional<List<String>> notices();
  }
}
