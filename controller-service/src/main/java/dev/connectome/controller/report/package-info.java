/** What a trainer reports of its epochs through the controller, on its way to the broker. */
@NullMarked
package dev.connectome.controller.report;

import org.jspecify.annotations.NullMarked;
