#!/bin/sh
# Puts drive-access.yaml into a public bucket of ours, from where customers' CloudFormation reads it, and prints the setting.
# Run it with the AWS CLI signed in to our own account: infra/aws/publish-template.sh BUCKET [REGION]
set -eu
bucket=${1:?'The name of the bucket, which is made if it is not there.'}
region=${2:-us-east-1}
cd "$(dirname "$0")"
if ! aws s3api head-bucket --bucket "$bucket" >/dev/null 2>&1; then
  if [ "$region" = us-east-1 ]; then aws s3api create-bucket --bucket "$bucket" >/dev/null
  else aws s3api create-bucket --bucket "$bucket" --region "$region" --create-bucket-configuration "LocationConstraint=$region" >/dev/null; fi
fi
# The template may be read by everybody and changed by nobody else; older ones stay for stacks that were made from them.
aws s3api put-bucket-versioning --bucket "$bucket" --versioning-configuration Status=Enabled
aws s3api put-public-access-block --bucket "$bucket" --public-access-block-configuration \
  BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=false,RestrictPublicBuckets=false
partition=$(aws sts get-caller-identity --query Arn --output text | cut -d: -f2)
aws s3api put-bucket-policy --bucket "$bucket" --policy "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Template\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:$partition:s3:::$bucket/drive-access.yaml\"}]}"
aws s3api put-object --bucket "$bucket" --key drive-access.yaml --body drive-access.yaml --content-type application/yaml >/dev/null
suffix=amazonaws.com
[ "$partition" != aws-cn ] || suffix=amazonaws.com.cn
printf 'Aws__StackTemplateUrl=https://%s.s3.%s.%s/drive-access.yaml\n' "$bucket" "$region" "$suffix"
