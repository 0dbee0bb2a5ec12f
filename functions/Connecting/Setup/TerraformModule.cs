using System.Text;
using ServerlessDrives.Access;

namespace ServerlessDrives.Connecting.Setup;

/// <summary>The open step as Terraform, for the AWS provider 5 and later.</summary>
public static class TerraformModule
{
    private const string Present = "var.present_bucket_policy";

    private const string PresentPolicy =
        "The policy that the bucket has now, as JSON; null if it has none. A bucket has one policy, so ours is merged into it.";

    /// <summary>A pattern within a text of Terraform's: S3 shows an id in place of the ARN of a principal that is gone.</summary>
    private const string DeletedPrincipal = @"\""(AROA|AIDA)[A-Z0-9]{12,}\""";

    private const string NamesADeletedPrincipal =
        "The present policy names a role or user that was deleted (AROA… or AIDA…). S3 refuses every policy that does; remove it first.";

    public static string Write(SetupStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var withArn = step.Role is RoleOrigin.New ? ", with the role's ARN, which is an output" : "";
        var module = new StringBuilder($$"""
            # ServerlessDrives: access for the drive {{step.DisplayName.ReplaceLineEndings(" ")}}
            # {{Limits(step)}}Afterwards confirm it in the wizard or by the callback link{{withArn}}.

            terraform {
              required_providers {
                aws = {
                  source  = "hashicorp/aws"
                  version = ">= 5.0"
                }
              }
            }

            {{Role(step)}}

            output "role_arn" {
              description = "Paste this into the wizard's configuration."
              value       = {{Reference(step)}}.arn
            }

            """);
        if (step.Grants is { } grants)
        {
            module.Append($$"""

                variable "present_bucket_policy" {
                  description = "{{PresentPolicy}}"
                  type        = string
                  default     = null

                  validation {
                    condition     = {{Present}} == null ? true : !can(regex("{{DeletedPrincipal}}", {{Present}}))
                    error_message = "{{NamesADeletedPrincipal}}"
                  }
                }

                data "aws_iam_policy_document" "bucket" {
                  source_policy_documents = var.present_bucket_policy == null ? [] : [var.present_bucket_policy]
                  override_policy_documents = [{{WithRole(step, SetupText.TerraformHeredoc(SetupText.Json(grants.BucketPolicy)))}}
                  ]
                }

                resource "aws_iam_role_policy" "serverless_drives" {
                  name   = {{SetupText.Terraform(step.RolePolicyName)}}
                  role   = {{Reference(step)}}.name
                  policy = {{SetupText.TerraformHeredoc(SetupText.Json(grants.RolePolicy))}}
                }

                resource "aws_s3_bucket_policy" "serverless_drives" {
                  bucket     = {{SetupText.Terraform(grants.Bucket.ToString())}}
                  policy     = data.aws_iam_policy_document.bucket.json
                  depends_on = [aws_iam_role_policy.serverless_drives]
                }

                """);
            if (grants.KeyPolicyStatement is { } statement)
            {
                var ask = step.KnowsAccount
                    ? "The KMS key is in another account. Ask"
                    : "If the KMS key is in another account than the role, ask";
                module.Append($$"""

                    # {{ask}} its owner to add this statement to the key policy.
                    output "statement_for_the_key_policy" {
                      value = {{WithRole(step, SetupText.TerraformHeredoc(SetupText.Json(statement)))}}
                    }

                    """);
            }
        }

        return module.ToString().ReplaceLineEndings("\n");
    }

    /// <summary>The text with the role that is made in place of the proposed ARN, of which the account isn't known.</summary>
    private static string WithRole(SetupStep step, string text) =>
        step.Role is RoleOrigin.New
            ? text.Replace(step.RoleArn.Value, "${aws_iam_role.serverless_drives.arn}", StringComparison.Ordinal)
            : text;

    private static string Reference(SetupStep step) =>
        step.Role is RoleOrigin.New ? "aws_iam_role.serverless_drives" : "data.aws_iam_role.serverless_drives";

    private static string Limits(SetupStep step) =>
        step.Role is RoleOrigin.New
            ? ""
            : $"The role {SetupText.Comment(step.RoleArn.RoleName)} is there already: Terraform adds a policy of its own name to it and " +
                $"leaves its trust policy and its other policies alone.\n# ";

    /// <summary>A role that is there belongs to whoever made it: it is read, and what it lacks is said.</summary>
    private static string Role(SetupStep step) => step.Role is RoleOrigin.New
        ? $$"""
            resource "aws_iam_role" "serverless_drives" {
              name               = {{SetupText.Terraform(step.RoleArn.RoleName)}}
              path               = {{SetupText.Terraform(step.RoleArn.Path)}}
              assume_role_policy = {{SetupText.TerraformHeredoc(SetupText.Json(step.TrustPolicy))}}
            }
            """
        : $$"""
            # Its trust policy must have this statement; add it by hand or with the AWS CLI script, beside what is there.
            locals {
              serverless_drives_trust_policy = {{SetupText.TerraformHeredoc(SetupText.Json(step.TrustPolicy))}}
            }

            data "aws_iam_role" "serverless_drives" {
              name = {{SetupText.Terraform(step.RoleArn.RoleName)}}

              lifecycle {
                postcondition {
                  condition     = can(regex({{SetupText.Terraform(step.ExternalId)}}, self.assume_role_policy))
                  error_message = "The role's trust policy lacks our statement: add local.serverless_drives_trust_policy to it first."
                }
              }
            }
            """;
}
