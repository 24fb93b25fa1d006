/** Telling others what happened: CloudEvents to a topic and to webhooks, from an outbox. */
@NullMarked
package dev.connectome.controller.notification;

import org.jspecify.annotations.NullMarked;
