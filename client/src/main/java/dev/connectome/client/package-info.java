/**
 * A typed client of the controller for Java programs, for instance pipelines:
 *
 * <pre>{@code
 * try (ConnectomeClient client = ConnectomeClient.to("127.0.0.1:9400")) {
 *   client.create("a", TrainingRun.getDefaultInstance());
 *   RunState end = client.watch("a").toEnd(item -> {}, outage -> {});
 * }
 * }</pre>
 *
 * <p>Messages are those of {@code dev.connectome.protos.run.v1}; every error is a {@link
 * dev.connectome.client.ControllerException}.
 */
@NullMarked
package dev.connectome.client;

import org.jspecify.annotations.NullMarked;
