targetScope = 'subscription'

metadata description = 'ServerlessDrives: the Function App and all that it needs, one resource group, no shared keys.'

@description('Names the environment; part of every name and tag.')
@minLength(1)
@maxLength(24)
param environmentName string

@description('Region of everything here. Flex Consumption must be offered there.')
@minLength(1)
param location string

@description('Client id of the Entra app registration that people sign in to (see README, "Sign-in").')
param signInClientId string

@description('Tenants whose tokens are accepted: a tenant id, or "organizations" for any.')
param signInTenant string = tenant().tenantId

@description('Roles of ours in AWS by partition: {"aws":"arn:aws:iam::…:role/…"}; made by infra/aws.')
param awsPrincipals object = {}

@description('What Durable Task keeps its state in: Azure Storage, or a Durable Task Scheduler.')
@allowed(['storage', 'scheduler'])
param durableBackend string = 'storage'

@description('True: no public network access to storage and vault; the app reaches them by private endpoints.')
param privateNetwork bool = false

@description('Where alerts go; none are sent without it.')
param alertEmail string = ''

@description('Most instances that the app scales out to.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 100

@description('Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemory int = 2048

@description('Further tags for every resource.')
param tags object = {}

var token = toLower(uniqueString(subscription().id, environmentName, location))
var allTags = union({ 'azd-env-name': environmentName, product: 'serverless-drives' }, tags)

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: allTags
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: { location: location, token: token, tags: allTags }
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: { location: location, token: token, tags: allTags }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: { location: location, token: token, tags: allTags }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    location: location
    token: token
    tags: allTags
    principalId: identity.outputs.principalId
    endpointSubnetId: privateNetwork ? network!.outputs.endpointSubnetId : ''
    virtualNetworkId: privateNetwork ? network!.outputs.virtualNetworkId : ''
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    location: location
    token: token
    tags: allTags
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    endpointSubnetId: privateNetwork ? network!.outputs.endpointSubnetId : ''
    virtualNetworkId: privateNetwork ? network!.outputs.virtualNetworkId : ''
  }
}

module scheduler 'modules/scheduler.bicep' = if (durableBackend == 'scheduler') {
  name: 'scheduler'
  scope: group
  params: { location: location, token: token, tags: allTags, principalId: identity.outputs.principalId }
}

module app 'modules/app.bicep' = {
  name: 'app'
  scope: group
  params: {
    location: location
    token: token
    tags: allTags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    identityPrincipalId: identity.outputs.principalId
    storageAccountName: storage.outputs.name
    deploymentContainer: storage.outputs.deploymentContainer
    vaultUri: vault.outputs.uri
    insightsName: monitoring.outputs.insightsName
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    schedulerConnection: durableBackend == 'scheduler' ? scheduler!.outputs.connection : ''
    taskHub: durableBackend == 'scheduler' ? scheduler!.outputs.taskHub : 'ServerlessDrives'
    signInClientId: signInClientId
    signInTenant: signInTenant
    awsPrincipals: awsPrincipals
    maximumInstances: maximumInstances
    instanceMemory: instanceMemory
  }
}

module alerts 'modules/alerts.bicep' = if (!empty(alertEmail)) {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: allTags
    email: alertEmail
    insightsId: monitoring.outputs.insightsId
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output SERVERLESS_DRIVES_URL string = app.outputs.url
output SERVERLESS_DRIVES_APP string = app.outputs.name
@description('Subject that the AWS role must trust: the managed identity\'s object id.')
output AWS_TRUSTED_SUBJECT string = identity.outputs.principalId
