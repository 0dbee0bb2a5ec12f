#!/bin/sh
# Registers the app that people sign in to, before azd provisions; again and again changes nothing that isn't to be changed.
# A registration that was made by hand (SIGN_IN_CLIENT_ID is set, and not by this) is left alone.
set -eu
cd "$(dirname "$0")"

if [ -n "${SIGN_IN_CLIENT_ID:-}" ] && [ -z "${SIGN_IN_PRINCIPAL:-}" ]; then
  echo "Sign-in: the registration $SIGN_IN_CLIENT_ID was made by hand."
  exit 0
fi
command -v az >/dev/null || {
  echo 'The Azure CLI is needed to register the app in Entra (https://aka.ms/azure-cli), or set SIGN_IN_CLIENT_ID: docs/operations.md.' >&2
  exit 1
}

registered=$(az deployment sub create \
  --subscription "$AZURE_SUBSCRIPTION_ID" \
  --location "$AZURE_LOCATION" \
  --name "entra-$AZURE_ENV_NAME" \
  --parameters main.bicepparam \
  --query "properties.outputs.[SIGN_IN_CLIENT_ID.value, SIGN_IN_API.value, SIGN_IN_PRINCIPAL.value] | join(' ', @)" \
  --output tsv)
# shellcheck disable=SC2086 # Three words, none of which has a space.
set -- $registered
[ $# -eq 3 ] || { echo "Entra answered '$registered'." >&2; exit 1; }
azd env set SIGN_IN_CLIENT_ID "$1"
azd env set SIGN_IN_API "$2"
azd env set SIGN_IN_PRINCIPAL "$3"
echo "Sign-in: $2 is registered as $1. An administrator of the tenant may have to consent once:"
echo "  az ad app permission admin-consent --id $1"
