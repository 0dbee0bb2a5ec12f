using System.Text;
using System.Text.Json.Nodes;
using ServerlessDrives.Access;

namespace ServerlessDrives.Integrations.Setup;

/// <summary>Notifications as a shell script for the AWS CLI. Run twice, it changes nothing the second time.</summary>
public static class NotificationScript
{
    public static string Write(NotificationSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        return new StringBuilder($$"""
            #!/bin/sh
            # ServerlessDrives: notifications of new files for the integration {{SetupText.Comment(setup.IntegrationName)}}
            # Run it with the AWS CLI signed in to the account that owns the bucket. It can be run again at any time.
            {{SetupText.ShellBeginning}}

            ACCOUNT={{SetupText.Quote(setup.Topic.Account.Value)}}
            REGION={{SetupText.Quote(setup.Topic.Region.Code)}}
            BUCKET={{SetupText.Quote(setup.Bucket.ToString())}}
            TOPIC_NAME={{SetupText.Quote(setup.Topic.Name)}}
            TOPIC={{SetupText.Quote(setup.Topic.Value)}}
            ENDPOINT={{SetupText.Quote(setup.Endpoint.AbsoluteUri)}}
            PROTOCOL={{SetupText.Quote(setup.Endpoint.Scheme)}}
            ENTRY={{SetupText.Quote(setup.EntryName)}}
            """)
            .Append(Document("topic-policy", setup.TopicPolicy))
            .Append(Document("entry", setup.BucketConfiguration))
            .Append(Merging)
            .Append(Steps)
            .ToString().ReplaceLineEndings("\n");
    }

    /// <summary>For jq: an entry's topic, events and rules.</summary>
    private const string WhatMatters = "{TopicArn, Events: (.Events | sort), Rules: ([.Filter.Key.FilterRules[]?.Value])}";

    private const string TopicAttributes = """aws sns get-topic-attributes --region "$REGION" --topic-arn "$TOPIC" --query Attributes""";

    private const string SetTopicAttribute = """aws sns set-topic-attributes --region "$REGION" --topic-arn "$TOPIC" --attribute-name""";

    /// <summary>For the AWS CLI's <c>--query</c>.</summary>
    private const string OurSubscription = "Subscriptions[?Endpoint=='$ENDPOINT'].SubscriptionArn";

    private const string OfBucket = "--region \"$REGION\" --bucket \"$BUCKET\"";

    /// <summary>Our entry put into a bucket's notification configuration, in a shell that has <c>$work</c>.</summary>
    internal const string Merging = $$"""

        # Prints the bucket's notification configuration with our entry in it: one of the same Id replaced, all others of every kind kept.
        if command -v jq >/dev/null; then
          put_entry() {
            jq -s '.[0] as $present | .[1].TopicConfigurations[0] as $ours
              | $present + {TopicConfigurations: ([($present.TopicConfigurations // [])[] | select(.Id != $ours.Id)] + [$ours])}' "$1" "$2"
          }
          # What matters of an entry. S3 may write its names in another case.
          entry_of() { jq -S -c --arg id "$ENTRY" '[(.TopicConfigurations // [])[] | select(.Id == $id) | {{WhatMatters}}]' "$1"; }
        else
          cat >"$work/entries.py" <<'PYTHON'
        import json, sys
        present = json.load(open(sys.argv[2]))
        entries = present.get("TopicConfigurations", [])
        if sys.argv[1] == "entry":
            rules = lambda e: [r["Value"] for r in e.get("Filter", {}).get("Key", {}).get("FilterRules", [])]
            print(json.dumps([[e["TopicArn"], sorted(e["Events"]), rules(e)] for e in entries if e.get("Id") == sys.argv[3]]))
        else:
            ours = json.load(open(sys.argv[3]))["TopicConfigurations"][0]
            present["TopicConfigurations"] = [e for e in entries if e.get("Id") != ours["Id"]] + [ours]
            json.dump(present, sys.stdout)
        PYTHON
          put_entry() { python3 "$work/entries.py" put "$1" "$2"; }
          entry_of() { python3 "$work/entries.py" entry "$1" "$ENTRY"; }
        fi

        """;

    private const string Steps = $$"""

        present=$(aws sts get-caller-identity --query Account --output text)
        [ "$present" = "$ACCOUNT" ] || fail "The AWS CLI is signed in to the account $present, and the bucket is of $ACCOUNT."

        if {{TopicAttributes}}.Policy --output text >"$work/present.json" 2>"$work/error"; then
          say "The topic $TOPIC_NAME is there."
        else
          grep -q NotFound "$work/error" || { cat "$work/error" >&2; exit 1; }
          say "The topic $TOPIC_NAME is made."
          aws sns create-topic --region "$REGION" --name "$TOPIC_NAME" >/dev/null
          {{TopicAttributes}}.Policy --output text >"$work/present.json"
        fi
        if [ "$({{TopicAttributes}}.SignatureVersion --output text)" != 2 ]; then
          {{SetTopicAttribute}} SignatureVersion --attribute-value 2
        fi

        [ "$(cat "$work/present.json")" != None ] || printf '{}' >"$work/present.json"
        merge "$work/present.json" "$work/topic-policy.json" >"$work/merged.json"
        if differ "$work/present.json" "$work/merged.json"; then
          say 'S3 is allowed to publish to it for this bucket.'
          {{SetTopicAttribute}} Policy --attribute-value "file://$work/merged.json"
        else
          say 'Its policy is as it should be.'
        fi

        subscription() {
          aws sns list-subscriptions-by-topic --region "$REGION" --topic-arn "$TOPIC" --query "{{OurSubscription}}" --output text
        }
        case $(subscription) in
          arn:*) say 'It is subscribed to.' ;;
          *)
            say 'It is subscribed to; the confirmation comes by itself.'
            aws sns subscribe --region "$REGION" --topic-arn "$TOPIC" --protocol "$PROTOCOL" --notification-endpoint "$ENDPOINT" >/dev/null
            tries=0
            while :; do
              case $(subscription) in arn:*) break ;; esac
              tries=$((tries + 1))
              [ "$tries" -lt 60 ] || fail 'The subscription was not confirmed within two minutes. Run this again.'
              sleep 2
            done ;;
        esac

        aws s3api get-bucket-notification-configuration {{OfBucket}} --output json >"$work/present.json"
        [ -s "$work/present.json" ] || printf '{}' >"$work/present.json"
        if [ "$(entry_of "$work/present.json")" != "$(entry_of "$work/entry.json")" ]; then
          say "The bucket $BUCKET tells the topic of new files; what it tells others stays."
          put_entry "$work/present.json" "$work/entry.json" >"$work/merged.json"
          patiently aws s3api put-bucket-notification-configuration {{OfBucket}} --notification-configuration "file://$work/merged.json"
        else
          say "The bucket $BUCKET tells the topic of new files already."
        fi
        say 'Done.'

        """;

    private static string Document(string name, JsonObject document) => $"""

        cat >"$work/{name}.json" <<'JSON'
        {SetupText.Json(document).ReplaceLineEndings("\n")}
        JSON

        """;
}
