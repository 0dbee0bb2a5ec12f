using ServerlessDrives.Access;
namespace ServerlessDrives.Integrations.Setup;

/// <summary>
/// Notifications as Terraform, for the AWS provider 5 and later. Its <c>aws_s3_bucket_notification</c> replaces all that the bucket has, so
/// our entry is put in by the AWS CLI.
/// </summary>
public static class NotificationModule
{
    private const string Configuration = "notification configuration: Terraform's own resource";

    public static string Write(NotificationSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        var bucket = SetupText.Quote(setup.Bucket.ToString());
        var merge = $$"""
            set -eu
            work=$(mktemp -d)
            trap 'rm -rf "$work"' EXIT
            ENTRY={{SetupText.Quote(setup.EntryName)}}
            cat >"$work/entry.json" <<'ENTRY'
            {{SetupText.Json(setup.BucketConfiguration)}}
            ENTRY
            {{NotificationScript.Merging}}
            set -- --region {{setup.Topic.Region}} --bucket {{bucket}} --expected-bucket-owner {{setup.Topic.Account}}
            aws s3api get-bucket-notification-configuration "$@" --output json >"$work/present.json"
            [ -s "$work/present.json" ] || printf '{}' >"$work/present.json"
            put_entry "$work/present.json" "$work/entry.json" >"$work/merged.json"
            aws s3api put-bucket-notification-configuration "$@" --notification-configuration "file://$work/merged.json"
            """;
        return $$"""
            # ServerlessDrives: notifications of new files for the integration {{SetupText.Comment(setup.IntegrationName)}}
            # The AWS CLI, signed in to the same account as the provider, puts our entry into the bucket's {{Configuration}}
            # for it would replace what the bucket has.

            terraform {
              required_version = ">= 1.4"
              required_providers {
                aws = {
                  source  = "hashicorp/aws"
                  version = ">= 5.0"
                }
              }
            }

            resource "aws_sns_topic" "serverless_drives" {
              name              = {{SetupText.Terraform(setup.Topic.Name)}}
              signature_version = 2
            }

            resource "aws_sns_topic_policy" "serverless_drives" {
              arn    = aws_sns_topic.serverless_drives.arn
              policy = {{SetupText.TerraformHeredoc(SetupText.Json(setup.TopicPolicy))}}
            }

            resource "aws_sns_topic_subscription" "serverless_drives" {
              topic_arn              = aws_sns_topic.serverless_drives.arn
              protocol               = {{SetupText.Terraform(setup.Endpoint.Scheme)}}
              endpoint               = {{SetupText.Terraform(setup.Endpoint.AbsoluteUri)}}
              endpoint_auto_confirms = true
            }

            resource "terraform_data" "bucket_notification" {
              depends_on       = [aws_sns_topic_policy.serverless_drives]
              triggers_replace = [aws_sns_topic.serverless_drives.arn, {{SetupText.Terraform(setup.Prefix)}}]

              provisioner "local-exec" {
                interpreter = ["/bin/sh", "-c"]
                command     = {{SetupText.TerraformHeredoc(merge, "SCRIPT")}}
              }
            }

            """.ReplaceLineEndings("\n");
    }
}
