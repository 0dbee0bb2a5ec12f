using System.Text;

namespace ServerlessDrives.Connecting.Setup;

/// <summary>The open step as Terraform, for the AWS provider 5 and later.</summary>
public static class TerraformModule
{
    public static string Write(SetupStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var module = new StringBuilder($$"""
            # ServerlessDrives: access for the drive {{step.DisplayName.ReplaceLineEndings(" ")}}
            # Afterwards confirm the step in the wizard or by the callback link.

            terraform {
              required_providers {
                aws = {
                  source  = "hashicorp/aws"
                  version = ">= 5.0"
                }
              }
            }

            resource "aws_iam_role" "serverless_drives" {
              name               = {{SetupText.Terraform(step.RoleName)}}
              path               = {{SetupText.Terraform(step.RolePath)}}
              assume_role_policy = {{SetupText.TerraformHeredoc(SetupText.Json(step.TrustPolicy))}}
            }

            output "role_arn" {
              description = "Paste this into the wizard's configuration."
              value       = aws_iam_role.serverless_drives.arn
            }

            """);
        if (step.Grants is { } grants)
        {
            module.Append($$"""

                variable "present_bucket_policy" {
                  description = "The policy that the bucket has now, as JSON; null if it has none. A bucket has one policy, so ours is merged into it."
                  type        = string
                  default     = null
                }

                data "aws_iam_policy_document" "bucket" {
                  source_policy_documents = var.present_bucket_policy == null ? [] : [var.present_bucket_policy]
                  override_policy_documents = [{{SetupText.TerraformHeredoc(SetupText.Json(grants.BucketPolicy))}}
                  ]
                }

                resource "aws_iam_role_policy" "serverless_drives" {
                  name   = {{SetupText.Terraform(step.RolePolicyName)}}
                  role   = aws_iam_role.serverless_drives.id
                  policy = {{SetupText.TerraformHeredoc(SetupText.Json(grants.RolePolicy))}}
                }

                resource "aws_s3_bucket_policy" "serverless_drives" {
                  bucket     = {{SetupText.Terraform(grants.Bucket.ToString())}}
                  policy     = data.aws_iam_policy_document.bucket.json
                  depends_on = [aws_iam_role.serverless_drives]
                }

                """);
            if (grants.KeyPolicyStatement is { } statement)
            {
                module.Append($$"""

                    # The KMS key is in another account. Ask its owner to add this statement to the key policy.
                    output "statement_for_the_key_policy" {
                      value = {{SetupText.TerraformHeredoc(SetupText.Json(statement))}}
                    }

                    """);
            }
        }

        return module.ToString().ReplaceLineEndings("\n");
    }
}
