package dev.connectome.controller.notification;

import dev.connectome.controller.ingest.KafkaProperties;
import dev.connectome.controller.run.Notice;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.settings.NotificationSettings;
import java.net.URI;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The endpoints that the settings name. */
final class NotificationEndpoints {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");
  private static final String SETTING = "connectome.notifications.webhooks.";

  private NotificationEndpoints() {}

  /**
   * Opens them; nothing is sent yet.
   *
   * @throws IllegalArgumentException if one cannot work
   */
  static List<Endpoint> of(ControllerSettings settings) {
    List<Endpoint> endpoints = new ArrayList<>();
    if (settings.notifications().kafka()) {
      endpoints.add(
          new Topic(
              settings.kafka().topicPrefix() + "events.v1",
              KafkaProperties.of(
                  settings.kafka().bootstrapServers(), settings.kafka().propertiesFile())));
    }
    settings
        .notifications()
        .webhooks()
        .forEach((name, webhook) -> endpoints.add(webhook(name, webhook)));
    return endpoints;
  }

  private static Webhook webhook(String name, NotificationSettings.Webhook settings) {
    if (!NAME.matcher(name).matches() || name.equals(Topic.NAME)) {
      throw new IllegalArgumentException(
          SETTING
              + name
              + ": a name is 1 to 40 lower-case letters, digits and hyphens, and not "
              + Topic.NAME);
    }
    URI url = settings.url();
    if (!Set.of("http", "https").contains(String.valueOf(url.getScheme()))
        || url.getHost() == null) {
      throw new IllegalArgumentException(
          "%s%s.url must be an address with http or https, not %s".formatted(SETTING, name, url));
    }
    if (!Files.isReadable(settings.secretFile())) {
      throw new IllegalArgumentException(
          "%s%s.secret-file must be a file that can be read, not %s"
              .formatted(SETTING, name, settings.secretFile()));
    }
    return new Webhook(
        name,
        url,
        new Signer(settings.secretFile()),
        settings.notices().map(names -> notices(name, names)).orElse(EnumSet.allOf(Notice.class)),
        InstantSource.system());
  }

  private static Set<Notice> notices(String webhook, List<String> names) {
    Set<Notice> notices = EnumSet.noneOf(Notice.class);
    for (String name : names) {
      notices.add(
          Arrays.stream(Notice.values())
              .filter(notice -> notice.settingName().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "%s%s.notices must be of %s, not %s"
                              .formatted(
                                  SETTING,
                                  webhook,
                                  Arrays.stream(Notice.values()).map(Notice::settingName).toList(),
                                  name))));
    }
    return notices;
  }
}
