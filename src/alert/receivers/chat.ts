import { type GuardOptions, OutboundGuard } from '../../net/guard.ts';
import type { Receiver } from '../deliver/receiver.ts';
import { redacted, withTexts } from '../format/clean.ts';
import type { Template } from '../format/template.ts';
import { bodyOf, titleOf } from '../format/text.ts';
import { post } from '../http/post.ts';
import type { Notification } from '../notification.ts';

/** The incoming webhook of a chat, and how texts are made. */
export interface ChatOptions extends GuardOptions {
  /** The incoming webhook. It is a secret: it never shows in an error. */
  readonly url: string;
  readonly title?: Template;
  readonly body?: Template;
}

const colours: Record<string, number> = {
  informational: 0x6b7280,
  low: 0x2563eb,
  medium: 0xd97706,
  high: 0xdc2626,
  critical: 0x7f1d1d,
};
const resolvedColour = 0x16a34a;

const colourOf = ({ status, level }: Notification) =>
  status === 'resolved' ? resolvedColour : (colours[level] ?? 0x6b7280);

const hex = (colour: number) => `#${colour.toString(16).padStart(6, '0')}`;

/** Texts of attackers must not become mentions or links: Slack's three characters are escaped. */
const slackText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/**
 * Nor may they in Markdown, which Teams and Discord read: `[your password has expired](https://evil.example)` in a user
 * name would be a link in a message of ours. Templates keep the links of their own.
 */
const markdownText = (text: string) => text.replaceAll(/[\\[\]]/g, '\\$&');

/** Cuts at a character, not within a surrogate pair. */
const cut = (text: string, most: number) =>
  text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;

/** Slack incoming webhook (also Mattermost and Rocket.Chat), with attachments. */
export const slack = (options: ChatOptions): Receiver =>
  chat('slack', options, (notification, title, body) => ({
    text: slackText(cut(title, 1_000)),
    attachments: [
      {
        color: hex(colourOf(notification)),
        fallback: slackText(cut(title, 1_000)),
        text: slackText(cut(body, 3_000)),
        footer: 'Wolfsec',
        ts: Math.floor(notification.atMs / 1_000),
      },
    ],
  }));

/** Microsoft Teams workflow webhook, with an adaptive card. */
export const teams = (options: ChatOptions): Receiver =>
  chat('teams', { ...options, harmless: markdownText }, (notification, title, body) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            {
              type: 'TextBlock',
              text: cut(title, 1_000),
              weight: 'Bolder',
              size: 'Medium',
              wrap: true,
              color: notification.status === 'resolved' ? 'Good' : 'Attention',
            },
            { type: 'TextBlock', text: cut(body, 10_000), wrap: true },
          ],
        },
      },
    ],
  }));

/** Discord webhook, with an embed; mentions in texts of attackers ping nobody. */
export const discord = (options: ChatOptions): Receiver =>
  chat('discord', { ...options, harmless: markdownText }, (notification, title, body) => ({
    embeds: [
      {
        title: cut(title, 256),
        description: cut(body, 4_000),
        color: colourOf(notification),
        timestamp: new Date(notification.atMs).toISOString(),
      },
    ],
    allowed_mentions: { parse: [] },
  }));

function chat(
  name: string,
  {
    url,
    title,
    body,
    harmless,
    ...guardOptions
  }: ChatOptions & { readonly harmless?: (text: string) => string },
  shape: (notification: Notification, title: string, body: string) => unknown,
): Receiver {
  const guard = new OutboundGuard(guardOptions);
  const target = guard.check(url);
  return {
    async deliver(notification, { signal }) {
      const clean = harmless ? withTexts(redacted(notification), harmless) : redacted(notification);
      const message = shape(clean, titleOf(clean, title), bodyOf(clean, body));
      await post(name, target, JSON.stringify(message), { guard, signal });
    },
  };
}
